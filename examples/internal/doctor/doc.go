// Package doctor looks for what may keep an office from doing its work: the data directory, the
// connections, the rights, the clock, the limits. Each check says in one line what it found and what to
// do. Beside that it settles facts about the two services that no document tells, by asking the service.
package doctor
