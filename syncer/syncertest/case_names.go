package syncertest

import (
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

var nameCases = []promise{{
	"names that no service can hold are refused",
	"An empty name, dots, a slash, NUL and (unless names are bytes) invalid UTF-8 are ErrName: a slash that gets through is another folder.",
	func(c *check) {
		bad := []string{"", ".", "..", "a/b", "../a", "a\x00b"}
		if !c.info.Names.RawBytes {
			bad = append(bad, "a\xffb")
		}
		c.refuseNames(bad)
	},
}, {
	"names that break the side's rules are refused",
	"Each rule in Info.Names is the service's own: breaking it is ErrName, and nothing is stored under another name.",
	func(c *check) {
		n, bad := c.info.Names, []string(nil)
		for _, r := range n.Forbidden {
			bad = append(bad, "a"+string(r)+"b")
		}
		for _, r := range n.Leading {
			bad = append(bad, string(r)+"a")
		}
		for _, r := range n.Trailing {
			bad = append(bad, "a"+string(r))
		}
		for _, name := range n.Reserved {
			bad = append(bad, name, strings.ToUpper(name), strings.ToLower(name))
		}
		if n.Controls {
			bad = append(bad, "a\tb", "a\x01b", "a\x7fb")
		}
		c.need(len(bad) > 0, "side has no rules of its own for names")
		c.refuseNames(bad)
	},
}, {
	"name at the length limit is taken, and a longer one is refused",
	"Names.MaxLength is counted in Names.Unit: a limit that is told too high fails uploads, one too low cuts names for nothing.",
	func(c *check) {
		limit := c.info.Names.Limit()
		for _, filler := range []string{"x", "\u00fc", "\U0001F4D0"} {
			name := strings.Repeat(filler, limit/c.info.Names.Unit.Length(filler))
			name += strings.Repeat("x", limit-c.info.Names.Unit.Length(name))
			c.takeNames([]string{name})
			c.refuseNames([]string{name + "x"})
		}
	},
}, {
	"names that keep to the rules are taken",
	"What Info.Names.Check lets pass can be stored: the engine gives no other warning.",
	func(c *check) {
		var good []string
		for _, name := range []string{
			"plan", "two words", "a.b.c", "#%&+,;=@[]{}()!~'^$`", "100%25", "c:d", `back\slash`, "a*b?", `"quoted"`, "<less>", "p|q",
			"CON", "nul.txt", " leading", "trailing ", ".leading", "trailing.", "-dash", "~tilde", "tab\there",
			"\u00fcml\u00e4ut", "decomposed e\u0301", "\u65e5\u672c\u8a9e", "\U0001F4D0\U0001F3D7\uFE0F", "\u200Frtl\u05d0", "zero\u200Bwidth",
		} {
			if c.info.Names.Check(name) == nil {
				good = append(good, name)
			}
		}
		c.takeNames(good)
	},
}}

// try creates something of each kind that the side creates under a name in a folder of its own.
func (c *check) try(name string, then func(folder syncer.Entry, kind syncer.Kind, name string, made syncer.Entry, err error)) {
	c.tries++
	if c.info.File.Create {
		work := c.folder(fmt.Sprintf("files %d", c.tries))
		full := c.extended(name)
		made, err := c.fs.CreateFile(c.ctx, work, full, c.content("x"))
		then(work, syncer.File, full, made, err)
	}
	if c.info.Folder.Create && c.info.MaxDepth != 1 {
		work := c.folder(fmt.Sprintf("folders %d", c.tries))
		made, err := c.fs.CreateFolder(c.ctx, work, name)
		then(work, syncer.Folder, name, made, err)
	}
}

// extended puts the extension that files need in the place of as many units at the end of a name,
// so that its length stays. Only sides that take certain types of files need it.
func (c *check) extended(name string) string {
	if len(c.info.Extensions) == 0 {
		return name
	}
	unit := c.info.Names.Unit
	length := unit.Length(name)
	if length < c.info.Names.Limit() {
		return name + c.ext()
	}
	runes := []rune(name)
	for len(runes) > 0 && unit.Length(string(runes)+c.ext()) > length {
		runes = runes[:len(runes)-1]
	}
	stem := string(runes)
	return stem + strings.Repeat("x", length-unit.Length(stem+c.ext())) + c.ext()
}

func (c *check) refuseNames(names []string) {
	c.need(c.info.File.Create || c.info.Folder.Create, "side creates nothing")
	for _, name := range names {
		c.try(name, func(folder syncer.Entry, kind syncer.Kind, name string, made syncer.Entry, err error) {
			if c.info.Names.Check(name) == nil {
				return // the extension has mended it
			}
			c.refused(err, fmt.Sprintf("create a %s called %.40q", kind, name), syncer.ErrName)
			c.shown(folder)
		})
	}
}

func (c *check) takeNames(names []string) {
	c.need(c.info.File.Create || c.info.Folder.Create, "side creates nothing")
	for _, name := range names {
		c.try(name, func(folder syncer.Entry, kind syncer.Kind, name string, made syncer.Entry, err error) {
			if c.info.Names.Check(name) != nil {
				return // the extension has spoiled it
			}
			if err != nil {
				c.fail("create a %s called %.40q, which Info.Names.Check lets pass: %w", kind, name, err)
				return
			}
			c.shown(folder, made)
		})
	}
}
