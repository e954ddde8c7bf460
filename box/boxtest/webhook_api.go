package boxtest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

func webhookRoutes() []route {
	return []route{
		newRoute("POST /2.0/webhooks", apiOrigin, needWebhook, createWebhook),
		newRoute("GET /2.0/webhooks", apiOrigin, needWebhook, listWebhooks),
		newRoute("GET /2.0/webhooks/{webhook_id}", apiOrigin, needWebhook, getWebhook),
		newRoute("PUT /2.0/webhooks/{webhook_id}", apiOrigin, needWebhook, putWebhook),
		newRoute("DELETE /2.0/webhooks/{webhook_id}", apiOrigin, needWebhook, deleteWebhook),
	}
}

type webhookWanted struct {
	Target *struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"target"`
	Address  *string  `json:"address"`
	Triggers []string `json:"triggers"`
}

// createWebhook is section 6.4.
func createWebhook(c *call) (*reply, error) {
	var want webhookWanted
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if want.Target == nil || want.Address == nil {
		return nil, badField("target", "target and address are needed")
	}
	it, err := c.box.drive.active(c.user, kind(want.Target.Type), want.Target.ID)
	if err != nil {
		return nil, err
	}
	h, err := c.box.drive.addHook(c.user, it, *want.Address, want.Triggers)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().webhook(h)), nil
}

// listWebhooks tells ids and targets only.
func listWebhooks(c *call) (*reply, error) {
	limit, err := count(c.query, "limit", defaultPage)
	if err != nil {
		return nil, err
	}
	all := slices.SortedFunc(maps.Values(c.box.drive.hooks.all), func(a, b *webhook) int {
		return cmp.Or(cmp.Compare(len(a.id), len(b.id)), cmp.Compare(a.id, b.id))
	})
	entries := []any{}
	after, next := c.query.Get("marker"), ""
	for _, h := range all {
		if h.by != c.user || len(h.id) < len(after) || len(h.id) == len(after) && h.id <= after {
			continue
		}
		if len(entries) == min(limit, 200) {
			next = after
			break
		}
		entries = append(entries, c.view().webhookMini(h))
		after = h.id
	}
	o := object{"limit": limit, "entries": entries}
	if next != "" {
		o["next_marker"] = next
	}
	return answer(http.StatusOK, o), nil
}

func (c *call) webhook() (*webhook, error) {
	h := c.box.drive.hooks.all[c.ids["webhook_id"]]
	if h == nil || h.by != c.user {
		return nil, notFound()
	}
	return h, nil
}

func getWebhook(c *call) (*reply, error) {
	h, err := c.webhook()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().webhook(h)), nil
}

func putWebhook(c *call) (*reply, error) {
	h, err := c.webhook()
	if err != nil {
		return nil, err
	}
	var want webhookWanted
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	address, triggers := h.address, h.triggers
	if want.Address != nil {
		address = *want.Address
	}
	if want.Triggers != nil {
		triggers = want.Triggers
	}
	if err := c.box.drive.changeHook(h, address, triggers); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().webhook(h)), nil
}

func deleteWebhook(c *call) (*reply, error) {
	h, err := c.webhook()
	if err != nil {
		return nil, err
	}
	delete(c.box.drive.hooks.all, h.id)
	return answer(http.StatusNoContent, nil), nil
}
