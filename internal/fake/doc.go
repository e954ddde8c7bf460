// Package fake holds what fakes of services have in common, whatever service they play: a clock that
// a test moves, a count of calls, a vault for contents, work that goes on behind a call, and hosts that
// are reached through memory or on neighbouring ports.
//
// A fake built on it has words of its own for what it exports: nobody outside can name a type of this
// package.
package fake
