package procore

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Hook asks Procore to call an address when something happens in a project, or in the company itself.
// What it waits for is said by its HookTriggers.
type Hook struct {
	ID ID `json:"id"`
	// Status is HookActive or HookDisabled.
	Status         string `json:"status"`
	PayloadVersion string `json:"payload_version"`
	// Namespace says whose it is: each program has one of its own.
	Namespace string `json:"namespace"`
	Address   string `json:"destination_url"`
	// Headers are sent with each delivery. Procore tells the value of Authorization by its last five
	// characters only.
	Headers   HookHeaders `json:"destination_headers"`
	CreatedAt time.Time   `json:"created_at,omitzero"`
	UpdatedAt time.Time   `json:"updated_at,omitzero"`
}

// HookHeaders are those of deliveries.
type HookHeaders struct {
	Authorization string `json:"Authorization"`
}

// Values of Hook.Status.
const (
	HookActive   = "active"
	HookDisabled = "disabled"
)

// payloadVersion is the form of deliveries that is asked for. All forms are read.
const payloadVersion = "v4"

func (h *Hook) id() ID { return h.ID }

// wrapped is how REST v2 tells of one thing.
type wrapped[T any] struct {
	Data T `json:"data"`
}

// one sends a call of REST v2 and returns what it tells of.
func one[T any, P interface {
	*T
	identified
}](ctx context.Context, c *Client, k call) (P, error) {
	var wire wrapped[T]
	if err := c.do(ctx, k, &wire); err != nil {
		return nil, err
	}
	told := P(&wire.Data)
	if told.id() == 0 {
		err := fmt.Errorf("%s: it is told of without its ID: %w", k.op, errReply)
		if k.method != http.MethodGet {
			err = unproved(k, err)
		}
		return nil, err
	}
	return told, nil
}

func (s Scope) hooks(c *Client, more ...string) string {
	return s.within(c, append([]string{"webhooks", "hooks"}, more...)...)
}

// GetHooks yields the hooks of a project, or of the company itself, in a namespace. An error ends it.
func (c *Client) GetHooks(ctx context.Context, in Scope, namespace string) iter.Seq2[Hook, error] {
	if err := in.check(); err != nil {
		return failed[Hook](err)
	}
	if err := checkNamespace(namespace); err != nil {
		return failed[Hook](err)
	}
	return pages[Hook](ctx, c.Account, call{
		op: "list hooks of " + in.String(), method: http.MethodGet, path: in.hooks(c), query: map[string][]string{"namespace": {namespace}},
	}, pageSizeV2)
}

// NewHook is a hook to be made.
type NewHook struct {
	// Namespace is a word of a-z, 0-9 and "-".
	Namespace string
	// Address is where to call: https, to be reached by everybody.
	Address string
	// Authorization is the value of that header in each delivery. It is all that proves that a delivery
	// is Procore's: make it long and keep it secret.
	Authorization string
}

func (n NewHook) check() error {
	if err := checkNamespace(n.Namespace); err != nil {
		return err
	}
	switch {
	case n.Address == "":
		return invalid("NewHook.Address is empty")
	case len(n.Authorization) < shortestAuthorization:
		return invalid("NewHook.Authorization has less than %d characters", shortestAuthorization)
	}
	return nil
}

// shortestAuthorization is the least that deliveries may be proved by.
const shortestAuthorization = 16

// PostHooks makes a hook, which waits for nothing yet. If the answer is lost a hook of that namespace and
// address counts as the one that was made.
func (c *Client) PostHooks(ctx context.Context, in Scope, n NewHook) (*Hook, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	var found *Hook
	made, err := one[Hook](ctx, c, call{
		op: "create hook", method: http.MethodPost, path: in.hooks(c), body: map[string]any{
			"payload_version": payloadVersion, "namespace": n.Namespace, "destination_url": n.Address,
			"destination_headers": map[string]string{"Authorization": n.Authorization},
		},
		look: func(ctx context.Context) (bool, error) {
			for hook, err := range c.GetHooks(ctx, in, n.Namespace) {
				if err != nil {
					return false, err
				}
				if hook.Address == n.Address {
					found = &hook
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

// HookChange is what PatchHooksID shall change. What is empty stays as it is.
type HookChange struct{ Address, Authorization, Status string }

// PatchHooksID changes where a hook calls, with what, or whether at all.
func (c *Client) PatchHooksID(ctx context.Context, in Scope, id ID, ch HookChange) (*Hook, error) {
	if err := c.check(in, "hook", id); err != nil {
		return nil, err
	}
	body := map[string]any{}
	if ch.Address != "" {
		body["destination_url"] = ch.Address
	}
	if ch.Authorization != "" {
		body["destination_headers"] = map[string]string{"Authorization": ch.Authorization}
	}
	if ch.Status != "" {
		body["status"] = ch.Status
	}
	if len(body) == 0 {
		return nil, invalid("change of hook %s: nothing is to be changed", id)
	}
	return one[Hook](ctx, c, call{
		op: "change hook " + id.String(), method: http.MethodPatch, path: in.hooks(c, id.String()), body: body, repeat: connect.Again,
	})
}

// DeleteHooksID removes a hook with its triggers. One that was not there is fs.ErrNotExist.
func (c *Client) DeleteHooksID(ctx context.Context, in Scope, id ID) error {
	if err := c.check(in, "hook", id); err != nil {
		return err
	}
	return c.do(ctx, call{
		op: "delete hook " + id.String(), method: http.MethodDelete, path: in.hooks(c, id.String()), repeat: connect.Again,
	}, nil)
}

func checkNamespace(namespace string) error {
	if namespace == "" || strings.Trim(namespace, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return invalid("namespace %q is not a word of a-z, 0-9 and -", namespace)
	}
	return nil
}
