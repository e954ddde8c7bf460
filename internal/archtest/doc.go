// Package archtest holds the project to its map: which package may import which, what may appear in
// an exported signature, and what no package does behind the back of the program that imports it.
//
// It is all test. The map is the table in layer_test.go: read it to learn the rule, and change it
// there, with the reason, when the rule itself must change. The checks parse the source of every
// module of the project, whatever its build tags, and need neither a network nor a build. The
// modules under internal are no part of the map; nothing that is published can see them.
//
// Tests may import what they like, apart from the few edges that the map forbids to them too.
//
// The documents are held to the code as well: each name that they set in marks must be that of something.
package archtest
