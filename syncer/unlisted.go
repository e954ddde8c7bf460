package syncer

import (
	"context"
	"fmt"
	"slices"
)

// Unlisted is a folder whose contents a side did not show, or a side whose listing broke off. Nothing is
// inferred from what was not shown.
type Unlisted struct {
	Side Side `json:"side"`
	// Path is that of the folder on its side, empty if the rest of the side is meant.
	Path string `json:"path,omitempty"`
	// Cause is the kind of the error, Reason its text.
	Cause  Cause  `json:"cause,omitempty"`
	Reason string `json:"reason"`
}

// String is a line for people.
func (u Unlisted) String() string {
	if u.Path == "" {
		return fmt.Sprintf("%s: %s", u.Side, u.Reason)
	}
	return fmt.Sprintf("%s: folder %q: %s", u.Side, u.Path, u.Reason)
}

// maxUnlisted is how many folders that could not be listed a Header remembers.
const maxUnlisted = 100

// brokeOff notes that the listing of a side did not come to its end.
func (o *observer) brokeOff(side Side, err error) {
	o.incomplete = append(o.incomplete, Unlisted{Side: side, Cause: CauseOf(err), Reason: err.Error()})
}

// couldNotList notes a folder that was yielded with an error, once the world knows where it stands.
func (o *observer) couldNotList(ctx context.Context, side Side, e *Entry) error {
	u := Unlisted{Side: side, Path: e.Name, Cause: CauseOf(e.Err), Reason: e.Err.Error()}
	n, err := o.byID(ctx, side, e.ID)
	if err != nil {
		return err
	}
	if n != nil {
		u.Path = o.w.pathOn(n, side)
	}
	o.incomplete = append(o.incomplete, u)
	return nil
}

// with returns list with those of more that tell of other folders.
func with(list, more []Unlisted) []Unlisted {
	for _, u := range more {
		if !slices.ContainsFunc(list, func(x Unlisted) bool { return x.Side == u.Side && x.Path == u.Path }) {
			list = append(list, u)
		}
	}
	return list
}

// remember keeps which folders a full scan could not list, for the reports of the runs until the next one. What
// is known from before stays until a scan has come to its end: whole is that it did, from its beginning or
// with nothing left out.
func (h *Header) remember(found []Unlisted, whole bool) {
	var known []Unlisted
	if !whole {
		known = slices.Clone(h.Unlisted)
	}
	for _, u := range found {
		if u.Path != "" && len(known) < maxUnlisted {
			known = with(known, []Unlisted{u})
		}
	}
	h.Unlisted = known
}
