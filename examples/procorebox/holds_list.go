package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// showHolds lists what waits; a folder is one line with all that is in it, unless each item is asked for.
func (c *console) showHolds(h *office.Holds, items bool) error {
	var rows [][]string
	folded := false
	for _, group := range heaps(h.Items) {
		if items {
			for _, held := range group {
				rows = append(rows, heapRow([]office.Held{held}))
			}
			continue
		}
		folded = folded || len(group) > 1
		rows = append(rows, heapRow(group))
	}
	if len(rows) > 0 {
		if err := c.table([]string{"ID", "LINK", "RUN", "WHAT", "IN", "PATH", "ITEMS", "BYTES", "SINCE", "CHANGED BY", "DECISION", "WHY"}, rows); err != nil {
			return err
		}
	}
	more := ""
	if folded {
		more = "; a folder stands for all that is in it, and --items shows that"
	}
	verb := "wait"
	if h.Waiting == 1 {
		verb = "waits"
	}
	if err := c.print("%d held, %d of them %s for a decision%s\n", len(h.Items), h.Waiting, verb, more); err != nil {
		return err
	}
	for _, l := range h.Limits {
		if err := c.print("%s\n", limitLine(l)); err != nil {
			return err
		}
	}
	return nil
}

// heaps puts what is in folders that wait to be deleted under these.
func heaps(items []office.Held) [][]office.Held {
	return office.Fold(items, func(h office.Held) (office.Held, string) { return h, "" })
}

// heapRow is a line for a hold with all that waits below it.
func heapRow(group []office.Held) []string {
	top := group[0]
	path, why := top.Path, top.Reason
	if top.Kind == "folder" {
		path += "/"
	}
	decided, since, name := map[string]int{}, top.Since, changer(top)
	for _, h := range group {
		decided[h.Decision]++
		if h.Since.Before(since) {
			since = h.Since
		}
		if h.Reason != top.Reason {
			why = top.Reason + "; not the same for all"
		}
		if changer(h) != name {
			name = "several"
		}
	}
	return []string{
		shortID(string(top.ID)), top.Link, top.Run, top.Op, top.On.Title(), path, strconv.Itoa(len(group)), heapBytes(group), when(since),
		name, decisionsOf(decided), why,
	}
}

// heapBytes is how large the files of a heap are together, empty if that is known of none.
func heapBytes(group []office.Held) string {
	sum, known := int64(0), false
	for _, h := range group {
		if h.Bytes >= 0 {
			sum, known = sum+h.Bytes, true
		}
	}
	if !known {
		return ""
	}
	return strconv.FormatInt(sum, 10)
}

// changer is who deleted or moved what is held, empty if that was not told.
func changer(h office.Held) string {
	if h.By == nil {
		return ""
	}
	return who(h.By)
}

// decisionsOf says what was decided upon several.
func decisionsOf(count map[string]int) string {
	var parts []string
	for _, word := range []string{"waiting", "approved", "rejected"} {
		switch n := count[word]; {
		case n > 0 && len(count) == 1:
			return word
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

func limitLine(l office.Limits) string {
	of := "link " + strconv.Quote(readable(l.Link))
	if l.Tool != "" {
		of = string(l.Tool) + " of " + of
	}
	text := of + ": " + used(l.Used, l.Most)
	switch {
	case l.Grows.IsZero() || l.Most == 0:
	case l.Used > l.Most:
		text += "; no other goes by itself before " + when(l.Grows)
	default:
		text += "; the next is free by itself at " + when(l.Grows)
	}
	return text
}

// used says how much of a limit of deletes is used up.
func used(n, most int) string {
	switch {
	case most == 0:
		return "no delete is carried over before a person approves it"
	case n > most:
		return fmt.Sprintf("%s in 24 hours used up, and %d more (approved, or counted since a restore)", many(most, "delete"), n-most)
	case n == 1:
		return fmt.Sprintf("1 of %s in 24 hours is used", many(most, "delete"))
	}
	return fmt.Sprintf("%d of %s in 24 hours are used", n, many(most, "delete"))
}

// shortID is as much of an ID as tells it from thousands of others.
func shortID(id string) string { return id[:min(len(id), 8)] }
