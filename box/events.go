package box

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Streams of events. Those of a user tell what happened to everything the user owns or collaborates
// on; those of the enterprise need an administrator.
const (
	StreamAll       = "all"     // everything, views and downloads too
	StreamChanges   = "changes" // what changes an item or the access to it
	StreamAdminLive = "admin_logs_streaming"
	StreamAdminLogs = "admin_logs"
)

// Events says which events GetEvents shall return. The zero value asks for the changes of the user
// from the beginning of what Box remembers.
type Events struct {
	// Stream is one of the constants; empty means StreamChanges.
	Stream string
	// Position is where to begin: Now, or what an earlier page gave.
	Position Position
	// Limit of a page; 0 means 500, which is the most.
	Limit int
	// Types, After and Before are heeded by the streams of the enterprise only; After and Before by
	// StreamAdminLogs.
	Types         []string
	After, Before time.Time
}

// EventPage is what GetEvents returns.
type EventPage struct {
	Entries []Event
	// Next is the position behind Entries. It may be kept only when they have been dealt with. A page
	// that is not full does not mean that there is no more; an empty one does.
	Next Position
}

// Event tells that something happened to an item. It comes at least once, and so perhaps again; it
// may come late and before the event that led to it. It is a hint and no proof.
type Event struct {
	ID        string // the same each time an event is delivered
	EventType string // what happened: ITEM_RENAME, ...
	CreatedBy *User  // who did it
	CreatedAt time.Time
	// RecordedAt is when Box wrote it down.
	RecordedAt time.Time
	SessionID  string
	// Source is what it happened to, with its new name and parent; the old ones are never told. It is
	// nil where Box does not tell, for instance since the item is gone. In streams of the enterprise
	// only Type, ID, Name, Parent and OwnedBy are set. Of an event about access it is the item that the
	// access is to, with its ID and name.
	Source *Item
	// Err says what could not be understood of the event. What was is set all the same.
	Err error
}

// Event types of a user's stream that mean a change of an item.
const (
	EventCreate       = "ITEM_CREATE"
	EventUpload       = "ITEM_UPLOAD" // a new file or a new version
	EventMove         = "ITEM_MOVE"
	EventRename       = "ITEM_RENAME"
	EventCopy         = "ITEM_COPY" // Source is the copy; of a folder perhaps the top only
	EventTrash        = "ITEM_TRASH"
	EventRestore      = "ITEM_UNDELETE_VIA_TRASH"
	EventPromote      = "ITEM_MAKE_CURRENT_VERSION"
	EventModify       = "ITEM_MODIFY"
	EventLock         = "LOCK_CREATE"
	EventUnlock       = "LOCK_DESTROY"
	EventCollabAdd    = "COLLAB_ADD_COLLABORATOR"
	EventCollabInvite = "COLLAB_INVITE_COLLABORATOR"
	EventCollabRole   = "COLLAB_ROLE_CHANGE"
	EventCollabRemove = "COLLAB_REMOVE_COLLABORATOR"
	EventGroupAdd     = "GROUP_ADD_USER"
	EventGroupRemove  = "GROUP_REMOVE_USER"
)

// mostEvents of one page.
const mostEvents = 500

// GetEvents returns a page of events. Box forgets events after some weeks; how it then answers an old
// position is not documented, so any refusal of a position that was good once means that hints are
// lost: take Now, and look at everything.
func (c *Client) GetEvents(ctx context.Context, e Events) (*EventPage, error) {
	stream, limit := e.Stream, e.Limit
	if stream == "" {
		stream = StreamChanges
	}
	switch {
	case limit == 0:
		limit = mostEvents
	case limit < 0 || limit > mostEvents:
		return nil, invalid("events: Limit is %d, not within 1 to %d", limit, mostEvents)
	}
	after, before := within(e.After, e.Before)
	var page eventPage
	err := c.do(ctx, call{
		op: "read events", method: http.MethodGet, path: "/events",
		query: with("", "stream_type", stream, "stream_position", string(e.Position), "limit", strconv.Itoa(limit),
			"event_type", strings.Join(e.Types, ","), "created_after", after, "created_before", before),
	}, &page)
	if err != nil {
		return nil, err
	}
	if page.Next == "" {
		return nil, fmt.Errorf("read events: the page has no next_stream_position: %w", errReply)
	}
	return &EventPage{page.Entries, page.Next}, nil
}

type eventPage struct {
	Entries []Event  `json:"entries"`
	Next    Position `json:"next_stream_position"`
}

// eventBody is an event on the wire.
type eventBody struct {
	EventID    string          `json:"event_id"`
	EventType  string          `json:"event_type"`
	CreatedBy  *User           `json:"created_by"`
	CreatedAt  time.Time       `json:"created_at"`
	RecordedAt time.Time       `json:"recorded_at"`
	SessionID  string          `json:"session_id"`
	Source     json.RawMessage `json:"source"`
}

// UnmarshalJSON never fails on anything that is JSON, since one odd event must not keep all that come
// after it from being read; see Event.Err.
func (e *Event) UnmarshalJSON(data []byte) error {
	var wire eventBody
	if err := json.Unmarshal(data, &wire); err != nil {
		e.Err = fmt.Errorf("event: %w", err)
		wire = rescue(data)
	}
	e.ID, e.EventType, e.CreatedBy, e.SessionID = wire.EventID, wire.EventType, wire.CreatedBy, wire.SessionID
	e.CreatedAt, e.RecordedAt = wire.CreatedAt, wire.RecordedAt
	source, err := decodeSource(wire.Source)
	if err != nil && e.Err == nil {
		e.Err = fmt.Errorf("source of event: %w", err)
	}
	e.Source = source
	return nil
}

// rescue reads of an event only what is needed to look at its item.
func rescue(data []byte) eventBody {
	var least struct {
		EventID   string          `json:"event_id"`
		EventType string          `json:"event_type"`
		Source    json.RawMessage `json:"source"`
	}
	_ = json.Unmarshal(data, &least) // what is wrong with it is known already
	return eventBody{EventID: least.EventID, EventType: least.EventType, Source: least.Source}
}

const typeCollaboration = "collaboration"

// itemOf returns what somebody was given access to, or nil if it is not told.
func itemOf(collaboration []byte) *Item {
	var about struct {
		Item *Item `json:"item"`
	}
	if json.Unmarshal(collaboration, &about) != nil || about.Item == nil || about.Item.ID == "" {
		return nil
	}
	return about.Item
}

// decodeSource reads what an event or a webhook is about. Events of the enterprise give its fields
// other names. It returns what it could read together with the error, and nil if there is nothing.
func decodeSource(data []byte) (*Item, error) {
	if text := string(data); text == "" || text == "null" || text == "[]" || text == "{}" {
		return nil, nil
	}
	var item Item
	err := json.Unmarshal(data, &item)
	if item.Type == typeCollaboration {
		return itemOf(data), nil
	}
	if err == nil && item.ID != "" {
		return &item, nil
	}
	var least struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		ItemType string `json:"item_type"`
		ItemID   string `json:"item_id"`
		ItemName string `json:"item_name"`
	}
	_ = json.Unmarshal(data, &least) // what is wrong with it is in err
	switch {
	case least.ItemID != "":
		item.Type, item.ID, item.Name = least.ItemType, least.ItemID, least.ItemName
		return &item, err
	case least.ID != "":
		return &Item{Type: least.Type, ID: least.ID}, err
	}
	return nil, err
}
