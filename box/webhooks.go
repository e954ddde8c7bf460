package box

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Webhook asks Box to call an address when something happens to a file, or to a folder and all that
// is below it. An app can have one for each item and user.
type Webhook struct {
	ID        string    `json:"id"`
	Target    Item      `json:"target"` // Type and ID only
	Address   string    `json:"address"`
	Triggers  []string  `json:"triggers"`
	CreatedBy *User     `json:"created_by,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// Triggers of webhooks that mean a change of an item.
const (
	TriggerFileUploaded   = "FILE.UPLOADED" // new, a new version, or moved into the folder
	TriggerFileMoved      = "FILE.MOVED"
	TriggerFileRenamed    = "FILE.RENAMED"
	TriggerFileCopied     = "FILE.COPIED"
	TriggerFileTrashed    = "FILE.TRASHED"
	TriggerFileDeleted    = "FILE.DELETED"
	TriggerFileRestored   = "FILE.RESTORED"
	TriggerFileLocked     = "FILE.LOCKED"
	TriggerFileUnlocked   = "FILE.UNLOCKED"
	TriggerFolderCreated  = "FOLDER.CREATED"
	TriggerFolderMoved    = "FOLDER.MOVED"
	TriggerFolderRenamed  = "FOLDER.RENAMED"
	TriggerFolderCopied   = "FOLDER.COPIED"
	TriggerFolderTrashed  = "FOLDER.TRASHED"
	TriggerFolderDeleted  = "FOLDER.DELETED"
	TriggerFolderRestored = "FOLDER.RESTORED"
	// TriggerWebhookDeleted is the last delivery: Box has removed the webhook.
	TriggerWebhookDeleted = "WEBHOOK.DELETED"
	// TriggerNoActiveSession comes in the place of another when the session of the user who made the
	// webhook has expired; little is told then.
	TriggerNoActiveSession = "NO_ACTIVE_SESSION"
)

// GetWebhooks yields the webhooks of this app and user, with ID and Target only. An error ends it.
func (c *Client) GetWebhooks(ctx context.Context) iter.Seq2[Webhook, error] {
	return pages[Webhook](ctx, c, call{
		op: "list webhooks", method: http.MethodGet, path: "/webhooks",
		query: with("", "limit", strconv.Itoa(webhookPage)),
	})
}

const webhookPage = 200

// PostWebhooks makes a webhook for a file or folder; kind is TypeFile or TypeFolder. The root cannot
// have one. address must be https on port 443 with a certificate that the public trusts. If the item
// has one already it fails with fs.ErrExist.
func (c *Client) PostWebhooks(ctx context.Context, kind, id, address string, triggers []string) (*Webhook, error) {
	switch {
	case kind != TypeFile && kind != TypeFolder:
		return nil, invalid("webhook: kind %q is neither %q nor %q", kind, TypeFile, TypeFolder)
	case len(triggers) == 0:
		return nil, invalid("webhook: no triggers")
	}
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	made := new(Webhook)
	err := c.do(ctx, call{
		op: "create webhook", method: http.MethodPost, path: "/webhooks",
		body: map[string]any{
			"target": map[string]string{"id": id, "type": kind}, "address": address, "triggers": triggers,
		},
		look: func(ctx context.Context) (bool, error) {
			return c.findWebhook(ctx, made, kind, id, address, triggers)
		},
	}, made)
	return orNil(made, err)
}

// findWebhook looks for the webhook of an item. Since there can be one only, one with our address
// and triggers is as good as ours.
func (c *Client) findWebhook(ctx context.Context, found *Webhook, kind, id, address string, triggers []string) (bool, error) {
	for hook, err := range c.GetWebhooks(ctx) {
		if err != nil {
			return false, err
		}
		if hook.Target.Type != kind || hook.Target.ID != id {
			continue
		}
		full, err := c.GetWebhooksID(ctx, hook.ID)
		if err != nil {
			return false, err
		}
		if full.Address != address || !slices.Equal(slices.Sorted(slices.Values(full.Triggers)), slices.Sorted(slices.Values(triggers))) {
			return false, fmt.Errorf("%s %s has another webhook, %s", kind, id, full.ID)
		}
		*found = *full
		return true, nil
	}
	return false, nil
}

// GetWebhooksID returns a webhook.
func (c *Client) GetWebhooksID(ctx context.Context, id string) (*Webhook, error) {
	if err := checkID("webhook", id); err != nil {
		return nil, err
	}
	hook := new(Webhook)
	err := c.do(ctx, call{op: "read webhook " + id, method: http.MethodGet, path: "/webhooks/" + id}, hook)
	return orNil(hook, err)
}

// PutWebhooksID changes where a webhook calls, or for what. What is empty stays as it is.
func (c *Client) PutWebhooksID(ctx context.Context, id, address string, triggers []string) (*Webhook, error) {
	if err := checkID("webhook", id); err != nil {
		return nil, err
	}
	body := map[string]any{}
	if address != "" {
		body["address"] = address
	}
	if len(triggers) > 0 {
		body["triggers"] = triggers
	}
	if len(body) == 0 {
		return nil, invalid("change of webhook %s: nothing is to be changed", id)
	}
	hook := new(Webhook)
	err := c.do(ctx, call{
		op: "change webhook " + id, method: http.MethodPut, path: "/webhooks/" + id, body: body, repeat: connect.Again,
	}, hook)
	return orNil(hook, err)
}

// DeleteWebhooksID removes a webhook. One that was not there is fs.ErrNotExist.
func (c *Client) DeleteWebhooksID(ctx context.Context, id string) error {
	if err := checkID("webhook", id); err != nil {
		return err
	}
	return c.do(ctx, call{
		op: "delete webhook " + id, method: http.MethodDelete, path: "/webhooks/" + id,
		look: func(ctx context.Context) (bool, error) {
			_, err := c.GetWebhooksID(ctx, id)
			return absent(err)
		},
	}, nil)
}

// Delivery is what Box sends to the address of a webhook.
type Delivery struct {
	// ID stays the same when a delivery is repeated.
	ID        string
	Trigger   string
	CreatedAt time.Time
	WebhookID string
	CreatedBy *User
	// Source is what it happened to, nil where Box does not tell.
	Source *Item
	// Before and After are the folders of a move, where Box tells them: Type and ID only.
	Before, After *Item
	// Reason says why a webhook was deleted.
	Reason string
}

// ReadDelivery decodes the body of a webhook call. It does not look at the signature, which is made
// over the bytes as they came: check that first. Like an event a delivery is a hint and no proof.
func ReadDelivery(body []byte) (*Delivery, error) {
	var wire struct {
		Type      string          `json:"type"`
		ID        string          `json:"id"`
		Trigger   string          `json:"trigger"`
		CreatedAt time.Time       `json:"created_at"`
		Webhook   *Webhook        `json:"webhook"`
		CreatedBy *User           `json:"created_by"`
		Source    json.RawMessage `json:"source"`
		Info      deliveryInfo    `json:"additional_info"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, fmt.Errorf("read webhook delivery: %w: %w", errReply, err)
	}
	if wire.Type != "webhook_event" {
		return nil, fmt.Errorf("read webhook delivery: type %.40q is not webhook_event: %w", wire.Type, errReply)
	}
	if wire.Trigger == "" || wire.ID == "" {
		return nil, fmt.Errorf("read webhook delivery: id or trigger is missing: %w", errReply)
	}
	source, err := decodeSource(wire.Source)
	if err != nil {
		return nil, fmt.Errorf("read webhook delivery: source: %w: %w", errReply, err)
	}
	d := &Delivery{
		ID: wire.ID, Trigger: wire.Trigger, CreatedAt: wire.CreatedAt, CreatedBy: wire.CreatedBy, Source: source,
		Before: wire.Info.Before, After: wire.Info.After, Reason: wire.Info.Reason,
	}
	if wire.Webhook != nil {
		d.WebhookID = wire.Webhook.ID
	}
	return d, nil
}

// deliveryInfo is an object, or an empty list where there is nothing to tell.
type deliveryInfo struct {
	Before *Item  `json:"before"`
	After  *Item  `json:"after"`
	Reason string `json:"reason"`
}

// UnmarshalJSON takes what it does not know for nothing: what is told here is not needed.
func (i *deliveryInfo) UnmarshalJSON(data []byte) error {
	type plain deliveryInfo
	var p plain
	if json.Unmarshal(data, &p) == nil {
		*i = deliveryInfo(p)
	}
	return nil
}
