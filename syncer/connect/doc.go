// Package connect is the kit for whoever writes a connector: a client for a service's HTTP interface
// that can be trusted with writes, tokens that are never lost to a race or a crash, listings in
// pages, and a place for bodies that must be read twice. It knows no brand.
package connect
