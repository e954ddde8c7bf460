package syncer

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// tagged matches a name that already carries a tag of ours before its extension, so that tags
// replace each other and names do not grow.
var tagged = regexp.MustCompile(`^(.*) \((?:conflict )?[0-9a-f]{6,16}\)$`)

// invent makes a name from one that cannot be used. The tag depends on seed alone, so a retry
// makes the same name; attempt 0, 1, 2 ... lengthens it. The extension stays, and the result obeys
// the shorter limit of both sides.
func invent(name, label, seed string, attempt int, rules [2]Names) string {
	sum := sha256.Sum256([]byte(seed))
	tag := " (" + label + hex.EncodeToString(sum[:])[:min(6+2*attempt, 16)] + ")"
	stem, ext := untaggedParts(name)
	for stem != "" && tooLong(stem+tag+ext, rules) {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	return stem + tag + ext
}

// untagged returns a name without a tag of ours.
func untagged(name string) string {
	stem, ext := untaggedParts(name)
	return stem + ext
}

// untaggedParts splits a name into its stem, without a tag of ours, and its extension. What follows the
// last dot of a sentence is none.
func untaggedParts(name string) (stem, ext string) {
	ext = path.Ext(name)
	if ext == name || len(ext) > 12 {
		ext = ""
	}
	stem = name[:len(name)-len(ext)]
	if m := tagged.FindStringSubmatch(stem); m != nil {
		stem = m[1]
	}
	return stem, ext
}

func tooLong(name string, rules [2]Names) bool {
	for _, r := range rules {
		if r.Unit.Length(name) > r.Limit() {
			return true
		}
	}
	return false
}

// temporaryName is the name that an item bears while another takes its place; attempt 0, 1, 2 ...
// lengthens it.
func temporaryName(id string, attempt int) string {
	sum := sha256.Sum256([]byte(id))
	return "procorebox-moving-" + hex.EncodeToString(sum[:6+attempt])
}

// isTemporaryName reports whether name is one that temporaryName makes of id.
func isTemporaryName(name, id string) bool { return strings.HasPrefix(name, temporaryName(id, 0)) }
