package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Rules are what the people of a [Link] have chosen, as plain data: each field holds the word that is
// written in settings. The zero value is the default of every field. Making policies of them is the
// program's part (see Options.Policies); which way a tool flows and what is adopted, this package sees to.
type Rules struct {
	// Deletes says whether a delete on one side is carried over to the other: "on" (the default) or
	// "off". DeleteLimit is how many may be carried over in any 24 hours; nil means 1,000. PhotoDeletes
	// is the same switch for photos, which have no versions: "off" is the default, and "off" in Deletes
	// counts for photos too.
	Deletes      Switch `json:"deletes,omitempty"`
	DeleteLimit  *int   `json:"deleteLimit,omitempty"`
	PhotoDeletes Switch `json:"photoDeletes,omitempty"`
	// Names says how names are written for a side that cannot hold them: "lossless" (the default) or
	// "hyphen".
	Names NameRule `json:"names,omitempty"`
	// Conflict says what becomes of a file that was edited on both sides: "both" (the default) keeps
	// both versions, "newest", "procore" and "box" take one, "leave" waits for a person. Two files that
	// were never one are both kept whatever it says, unless it says "leave".
	Conflict ConflictRule `json:"conflict,omitempty"`
	// Directions say which way tools flow; a tool that is not in it flows both ways, records to Box.
	Directions map[Tool]Direction `json:"directions,omitempty"`
	// Include, when not empty, are patterns of the only paths in scope; Exclude are out of scope. Paths
	// begin below the tool's folder. A pattern that begins with a [Tool.Folder] and a slash counts in that tool only: see
	// [Rules.Patterns].
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// Adopt says when two files that stand at the same place on both sides, before they were ever
	// synced, are taken for one although no hash tells: "verify" (the default) reads what has no hash,
	// "trust" goes by name and size, "ask" waits for a person. What is found or said to differ is a conflict.
	Adopt Adoption `json:"adopt,omitempty"`
}

// Switch is "on" or "off". Empty is the default of its field.
type Switch string

// The positions of a Switch.
const (
	On  Switch = "on"
	Off Switch = "off"
)

// NameRule says how names are translated.
type NameRule string

// The rules for names.
const (
	Lossless NameRule = "lossless"
	Hyphen   NameRule = "hyphen"
)

// ConflictRule says what becomes of two versions of one file.
type ConflictRule string

// The rules for conflicts.
const (
	KeepBoth      ConflictRule = "both"
	Newest        ConflictRule = "newest"
	PreferProcore ConflictRule = "procore"
	PreferBox     ConflictRule = "box"
	LeaveConflict ConflictRule = "leave"
)

// Direction says which way a tool flows.
type Direction string

// The directions.
const (
	Both      Direction = "both"
	ToBox     Direction = "to-box"
	ToProcore Direction = "to-procore"
)

// Mode returns the direction as an engine knows it: Procore is the source, Box the destination.
func (d Direction) Mode() syncer.Mode {
	switch d {
	case ToBox:
		return syncer.ToDestination
	case ToProcore:
		return syncer.ToSource
	}
	return syncer.TwoWay
}

// Adoption says when files that no hash tells apart are taken for equal.
type Adoption string

// The ways to adopt.
const (
	AdoptVerified Adoption = "verify"
	AdoptTrusted  Adoption = "trust"
	AdoptAsked    Adoption = "ask"
)

// defaultLimit is how many deletes any 24 hours may see.
const defaultLimit = 1000

// Limit returns DeleteLimit or its default.
func (r Rules) Limit() int {
	if r.DeleteLimit == nil {
		return defaultLimit
	}
	return *r.DeleteLimit
}

// DeletesIn reports whether deletes in a tool are carried over.
func (r Rules) DeletesIn(t Tool) bool {
	return r.Deletes != Off && (t != Photos || r.PhotoDeletes == On)
}

// Direction returns which way a tool flows.
func (r Rules) Direction(t Tool) Direction {
	switch d := r.Directions[t]; {
	case d != "":
		return d
	case t.Records():
		return ToBox
	}
	return Both
}

// Patterns returns those of Include and Exclude that count in a tool, as patterns of paths below its folder: a pattern that
// begins with the folder of a tool has that taken off, and is left out where it is another tool's. Case does not count there.
func (r Rules) Patterns(t Tool) (include, exclude []string) {
	return t.patterns(r.Include), t.patterns(r.Exclude)
}

func (t Tool) patterns(all []string) []string {
	var out []string
	for _, p := range all {
		switch of, rest := PatternTool(p); of {
		case "":
			out = append(out, p)
		case t:
			out = append(out, rest)
		}
	}
	return out
}

// PatternTool returns the tool with whose folder a pattern of Rules begins, and the rest of it. A pattern that names none
// counts in all tools: the answer is empty and the pattern then.
func PatternTool(pattern string) (Tool, string) {
	first, rest, deeper := strings.Cut(strings.TrimLeft(pattern, "/"), "/")
	for _, t := range Tools() {
		if deeper && syncer.NameKey(t.Folder()) == syncer.NameKey(first) {
			if strings.Trim(rest, "/") == "" {
				rest = "**"
			}
			return t, rest
		}
	}
	return "", pattern
}

// Check returns an error that wraps [syncer.ErrInvalid] and names the field, if the rules make no sense
// for a Link with these tools. Patterns are not looked into.
func (r Rules) Check(tools []Tool) error {
	for _, err := range []error{
		oneOf("deletes", r.Deletes, On, Off),
		oneOf("photo-deletes", r.PhotoDeletes, On, Off),
		oneOf("names", r.Names, Lossless, Hyphen),
		oneOf("conflict", r.Conflict, KeepBoth, Newest, PreferProcore, PreferBox, LeaveConflict),
		oneOf("adopt", r.Adopt, AdoptVerified, AdoptTrusted, AdoptAsked),
		r.checkDirections(tools),
	} {
		if err != nil {
			return err
		}
	}
	if r.Limit() < 0 {
		return fmt.Errorf("delete-limit is negative: %w", syncer.ErrInvalid)
	}
	return nil
}

func (r Rules) checkDirections(tools []Tool) error {
	for _, t := range Tools() {
		d, ok := r.Directions[t]
		if !ok {
			continue
		}
		if !slices.Contains(tools, t) {
			return fmt.Errorf("direction: %s is not among the tools: %w", t, syncer.ErrInvalid)
		}
		if err := oneOf("direction of "+string(t), d, Both, ToBox, ToProcore); err != nil {
			return err
		}
		if t.Records() && d != ToBox {
			return fmt.Errorf("direction of %s: they only flow to Box: %w", t, syncer.ErrInvalid)
		}
	}
	for t := range r.Directions {
		if err := t.Check(); err != nil {
			return fmt.Errorf("direction: %w", err)
		}
	}
	return nil
}

// oneOf returns an error unless got is empty or one of the words.
func oneOf[W ~string](field string, got W, words ...W) error {
	if got == "" || slices.Contains(words, got) {
		return nil
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return fmt.Errorf("%s %q is none of %s: %w", field, string(got), strings.Join(list, ", "), syncer.ErrInvalid)
}

// adoption is Adopt as an engine knows it.
func (r Rules) adoption() syncer.Adoption {
	switch r.Adopt {
	case AdoptTrusted:
		return syncer.AdoptTrusted
	case AdoptAsked:
		return syncer.AdoptAsked
	}
	return syncer.AdoptVerified
}
