package service

import (
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// route returns the class of a call's path: the words of it, without numbers and IDs, so that there are few.
// What goes to another host than the service's own, contents mostly, is "content".
func route(c office.Call, api func(office.Service, string) bool) string {
	if !api(c.Service, c.Host) {
		return "content"
	}
	var words []string
	for word := range strings.SplitSeq(c.Path, "/") {
		if isWord(word) && word != "rest" && word != "api" {
			words = append(words, word)
		}
	}
	const most = 3
	if len(words) > most {
		words = words[:most]
	}
	if len(words) == 0 {
		return "other"
	}
	return strings.Join(words, "/")
}

// isWord tells the words of a path from IDs and versions, which have digits or capitals in them.
func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_-") == ""
}
