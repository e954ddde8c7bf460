package procore

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/syncer/connect"
)

// HookTrigger is one thing that a Hook waits for.
type HookTrigger struct {
	ID ID `json:"id"`
	// Resource is one of Procore's names, plural and with spaces: "Project Files".
	Resource string `json:"resource_name"`
	// Event is EventCreate, EventUpdate or EventDelete; Procore may write it in capitals.
	Event string `json:"event_type"`
}

// Values of HookTrigger.Event and Delivery.Event.
const (
	EventCreate = "create"
	EventUpdate = "update"
	EventDelete = "delete"
)

func (t *HookTrigger) id() ID { return t.ID }

// GetHooksIDTriggers yields what a hook waits for. An error ends it.
func (c *Client) GetHooksIDTriggers(ctx context.Context, in Scope, id ID) iter.Seq2[HookTrigger, error] {
	if err := c.check(in, "hook", id); err != nil {
		return failed[HookTrigger](err)
	}
	return pages[HookTrigger](ctx, c.Account, call{
		op: "list triggers of hook " + id.String(), method: http.MethodGet, path: in.hooks(c, id.String(), "triggers"),
	}, pageSizeV2)
}

// PostHooksIDTriggers makes a hook wait for something more. If the answer is lost a trigger for the same
// counts as the one that was made.
func (c *Client) PostHooksIDTriggers(ctx context.Context, in Scope, id ID, resource, event string) (*HookTrigger, error) {
	if err := c.check(in, "hook", id); err != nil {
		return nil, err
	}
	if resource == "" || event == "" {
		return nil, invalid("trigger: resource or event is empty")
	}
	var found *HookTrigger
	made, err := one[HookTrigger](ctx, c, call{
		op: "create trigger of hook " + id.String(), method: http.MethodPost, path: in.hooks(c, id.String(), "triggers"),
		body: map[string]string{"resource_name": resource, "event_type": event},
		look: func(ctx context.Context) (bool, error) {
			for t, err := range c.GetHooksIDTriggers(ctx, in, id) {
				if err != nil {
					return false, err
				}
				if t.Resource == resource && strings.EqualFold(t.Event, event) {
					found = &t
				}
			}
			return found != nil, nil
		},
	})
	if found != nil {
		return found, nil
	}
	return made, err
}

// DeleteHooksIDTriggersID makes a hook wait for something no more. A trigger that was not there is
// fs.ErrNotExist.
func (c *Client) DeleteHooksIDTriggersID(ctx context.Context, in Scope, hook, id ID) error {
	if err := c.check(in, "hook", hook); err != nil {
		return err
	}
	if err := checkID("trigger", id); err != nil {
		return err
	}
	return c.do(ctx, call{
		op:     "delete trigger " + id.String() + " of hook " + hook.String(),
		method: http.MethodDelete, path: in.hooks(c, hook.String(), "triggers", id.String()), repeat: connect.Again,
	}, nil)
}

// HookDelivery is what became of a delivery, as Procore remembers it for 28 days.
type HookDelivery struct {
	ID ID `json:"id"`
	// Status is one of the constants.
	Status   string            `json:"status"`
	Payload  json.RawMessage   `json:"payload"`
	Attempts []DeliveryAttempt `json:"delivery_attempts"`
}

// Values of HookDelivery.Status: those of the first were taken, those of the next two may yet be.
const (
	DeliverySucceeded = "succeeded"
	DeliveryEnqueued  = "enqueued"
	DeliveryRetrying  = "retrying"
	DeliveryFailed    = "failed"
	DeliveryDiscarded = "discarded"
)

// DeliveryAttempt is one try to deliver.
type DeliveryAttempt struct {
	ID          ID     `json:"id"`
	Success     bool   `json:"success"`
	Status      Number `json:"response_status"`
	StartedAt   Text   `json:"started_at"`
	CompletedAt Text   `json:"completed_at"`
}

// DeliveryQuery says which deliveries are listed. The zero value asks for all.
type DeliveryQuery struct {
	// Status is one of the constants; empty means any.
	Status string

	told func(http.Header)
}

// GetHooksIDDeliveries yields what became of the deliveries of a hook. An error ends it.
func (c *Client) GetHooksIDDeliveries(ctx context.Context, in Scope, id ID, q DeliveryQuery) iter.Seq2[HookDelivery, error] {
	if err := c.check(in, "hook", id); err != nil {
		return failed[HookDelivery](err)
	}
	query := url.Values{}
	if q.Status != "" {
		query.Set("filters[status]", q.Status)
	}
	return pages[HookDelivery](ctx, c.Account, call{
		op: "list deliveries of hook " + id.String(), method: http.MethodGet, path: in.hooks(c, id.String(), "deliveries"),
		query: query, told: q.told,
	}, pageSizeV2)
}
