// Package worlds holds tests in which both connectors meet: Procore on one side and Box on the other,
// both spoken to over HTTP, with people who edit both, calls that fail, and processes that are killed. It
// stands apart because a connector knows nothing of the other one.
package worlds
