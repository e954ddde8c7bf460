package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// box looks at the account of Box.
func (d *Doctor) box(ctx context.Context) []Finding {
	all := []Finding{d.signedIn(ctx, office.BoxService)}
	if all[0].Result == Failure {
		return all
	}
	b, err := d.office.Box(ctx)
	if err != nil {
		return append(all, fail("box: account", silent(office.BoxService, err, "BOX_API_BASE"), "%v", err))
	}
	events := d.events(ctx, b)
	hooks, allowed := d.boxHooks(ctx, b)
	return append(all, account(b.User()), space(b.User()), scopes(events.Result == OK, allowed), events, hooks)
}

// scopes tells what can be known of them: what was tried and taken.
func scopes(events, hooks bool) Finding {
	tried := func(what string, taken bool) string {
		if taken {
			return what + " (taken)"
		}
		return what + " (refused)"
	}
	return fine("box: scopes", "needed is \"Write all files and folders stored in Box\" (root_readwrite; for a link that flows to Procore only, root_readonly does), "+
		"and for webhooks \"Manage webhooks\" (manage_webhook); Box tells nobody which of them a token has; tried were reading the account (taken), %s and %s; "+
		"what the account may write is told below for each folder of a link, and --settle-facts --write tries whether the scope lets it",
		tried("the event stream", events), tried("webhooks", hooks))
}

func account(u box.User) Finding {
	const about = "box: account"
	known := []string{"", "active", "inactive", "cannot_delete_edit", "cannot_delete_edit_upload"}
	role := u.Role
	if role == "" {
		role = "a role that Box does not tell"
	}
	switch {
	case !slices.Contains(known, u.Status):
		return warn(about, "look for a newer version of this program", "%s has the status %q, which this program has never seen", u.Login, u.Status)
	case u.Status == "" || u.Status == "active":
		return fine(about, "%s <%s>, %s", u.Name, u.Login, role)
	case u.Status == "inactive":
		return fail(about, "an administrator of Box must make it active", "%s is not active: nothing is synced", u.Login)
	}
	return fail(about, "an administrator of Box must change its status", "%s has the status %s: deletes, and perhaps changes, do not reach Box", u.Login, u.Status)
}

// noLimit is more room than anybody buys: Box tells something huge where there is no limit.
const noLimit = 1 << 50

func space(u box.User) Finding {
	const about = "box: space"
	left := int64(u.SpaceAmount - u.SpaceUsed)
	switch {
	case u.SpaceAmount <= 0 || left > noLimit:
		return fine(about, "Box tells no limit")
	case left < littleRoom:
		return warn(about, "an administrator of Box can give more", "%d MB are left; without room no file reaches Box", left>>20)
	}
	return fine(about, "%d GB are left; the largest file may have %d MB", left>>30, int64(u.MaxUploadSize)>>20)
}

// eventsKnown are the types that package box has names for.
var eventsKnown = []string{
	box.EventCreate, box.EventUpload, box.EventMove, box.EventRename, box.EventCopy, box.EventTrash, box.EventRestore,
	box.EventPromote, box.EventModify, box.EventLock, box.EventUnlock, box.EventCollabAdd, box.EventCollabInvite,
	box.EventCollabRole, box.EventCollabRemove, box.EventGroupAdd, box.EventGroupRemove,
}

// events reads the oldest page of the feed.
func (d *Doctor) events(ctx context.Context, b *office.Box) Finding {
	const about = "box: changes"
	page, err := b.Client.GetEvents(ctx, box.Events{Stream: box.StreamChanges, Position: "0"})
	if err != nil {
		return warn(about, "", "the event stream cannot be read: changes of Box are found by a full sync only, once a day: %v", err)
	}
	unseen := map[string]bool{}
	for _, e := range page.Entries {
		if !slices.Contains(eventsKnown, e.EventType) {
			unseen[e.EventType] = true
		}
	}
	if len(unseen) > 0 {
		return warn(about, "look for a newer version of this program", "the event stream tells of what this program has never seen: %s",
			strings.Join(slices.Sorted(maps.Keys(unseen)), ", "))
	}
	return fine(about, "the event stream can be read, and holds nothing that this program has never seen")
}

// someOf lists a few of many.
func someOf(who string, all []string) string {
	const most = 5
	switch n := len(all); {
	case n == 0:
		return who + " none"
	case n > most:
		return fmt.Sprintf("%s %d: %s, ...", who, n, strings.Join(all[:most], ", "))
	default:
		return fmt.Sprintf("%s %d: %s", who, n, strings.Join(all, ", "))
	}
}

// inBox looks at the folders of a Link.
func (d *Doctor) inBox(ctx context.Context, l mapping.Link) []Finding {
	b, err := d.office.Box(ctx)
	if err != nil {
		return []Finding{fail(l.Name, "", "%v", err)}
	}
	var all []Finding
	for _, t := range l.Tools {
		all = append(all, d.boxFolder(ctx, b, l, t))
	}
	return append(all, d.boxHook(ctx, b, l)...)
}

// boxFolder looks at what the account may do in the folder of a tool.
func (d *Doctor) boxFolder(ctx context.Context, b *office.Box, l mapping.Link, t mapping.Tool) Finding {
	about := l.Name + ": " + string(t) + " in Box"
	id := l.Roots[t].ID
	if id == "" {
		id = l.Folder
	}
	folder, err := b.Client.GetFoldersID(ctx, id)
	switch {
	case errors.Is(err, fs.ErrNotExist) && box.HasCode(err, box.CodeTrashed):
		return fail(about, "restore it in Box", "folder %s is in the trash: nothing of it is synced, and nothing deleted", id)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return fail(about, "invite the account to it as an editor", "folder %s is not visible: nothing of it is synced, and nothing deleted", id)
	case err != nil:
		return fail(about, "", "folder %s: %v", id, err)
	case folder.Permissions == nil:
		return warn(about, "", "%s: Box does not tell what the account may do there", folder.Name)
	}
	return rights(about, folder, l.Rules.Direction(t))
}

// rights says what a missing right costs.
func rights(about string, folder *box.Item, way mapping.Direction) Finding {
	p := folder.Permissions
	toBox := way != mapping.ToProcore
	for _, r := range []struct {
		has    *bool
		needed bool
		costs  string
	}{
		{p.CanDownload, way != mapping.ToBox, "download: nothing of it reaches Procore"},
		{p.CanUpload, toBox, "upload: nothing new and no new version reaches Box"},
		{p.CanRename, toBox, "rename: new names and moves of Procore do not reach Box"},
		{p.CanDelete, toBox, "delete: deletes of Procore do not reach Box"},
	} {
		if r.needed && r.has != nil && !*r.has {
			return fail(about, "make the account an editor or co-owner of the folder", "in %q the account may not %s", folder.Name, r.costs)
		}
	}
	return fine(about, "%q: may be read and written", folder.Name)
}
