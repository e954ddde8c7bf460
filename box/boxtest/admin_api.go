package boxtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// adminEvents is the enterprise's log (section 6.3): everybody's events under other names, with short
// sources. Only the first user, who stands for the administrator, may read it.
func (c *call) adminEvents(limit int) (*reply, error) {
	if !slices.Contains(c.token.scopes, "manage_enterprise_properties") || c.user != c.box.home {
		return nil, refuse(http.StatusForbidden, "insufficient_scope",
			"The request requires higher privileges than provided by the access token")
	}
	after, before, err := c.span()
	if err != nil {
		return nil, err
	}
	feed := &c.box.drive.feed
	position, err := feed.position(c.query.Get("stream_position"), true)
	if err != nil {
		return nil, err
	}
	wanted := strings.FieldsFunc(c.query.Get("event_type"), func(r rune) bool { return r == ',' })
	entries := []any{}
	for _, e := range feed.entries {
		name := adminName(e)
		if e.position <= position || name == "" || len(wanted) > 0 && !slices.Contains(wanted, name) ||
			e.at.Before(after) || !before.IsZero() && !e.at.Before(before) {
			continue
		}
		if len(entries) == min(limit, mostEvents) {
			break
		}
		position = e.position
		entries = append(entries, c.view().adminEvent(e, name))
	}
	return answer(http.StatusOK, object{
		"chunk_size": len(entries), "next_stream_position": digits(int(position)), "entries": entries,
	}), nil
}

func (c *call) span() (after, before time.Time, err error) {
	if text := c.query.Get("created_after"); text != "" {
		if after, err = parseTime("created_after", text); err != nil {
			return after, before, err
		}
	}
	if text := c.query.Get("created_before"); text != "" {
		before, err = parseTime("created_before", text)
	}
	return after, before, err
}

func adminName(e *event) string {
	name := map[string]string{
		eventCreate: "UPLOAD", eventUpload: "UPLOAD", eventMove: "MOVE", eventRename: "RENAME", eventCopy: "COPY",
		eventTrash: "DELETE", eventUndelete: "UNDELETE", eventLock: "LOCK", eventUnlock: "UNLOCK",
		eventDownload: "DOWNLOAD", eventPromote: "EDIT", eventInvited: "COLLABORATION_INVITE",
		eventCollaborator: "COLLABORATION_ACCEPT", eventRoleChange: "COLLABORATION_ROLE_CHANGE",
		eventUninvited: "COLLABORATION_REMOVE", eventShared: "SHARE", eventUnshared: "UNSHARE",
	}[e.kind]
	if e.kind == eventUpload && e.item.kind == fileKind && len(e.item.versions) > 1 {
		return "EDIT"
	}
	return name
}

func (v viewer) adminEvent(e *event, name string) object {
	source := object{
		"item_type": string(e.item.kind), "item_id": e.item.id, "item_name": e.item.name,
		"owned_by": e.item.owner.mini(), "parent": nil,
	}
	if p := e.item.parent; p != nil {
		source["parent"] = object{"type": "folder", "name": p.name, "id": p.id}
	}
	return object{
		"type": "event", "event_id": e.id, "created_by": e.by.mini(), "created_at": v.time(e.at),
		"event_type": name, "ip_address": "127.0.0.1", "source": source,
	}
}
