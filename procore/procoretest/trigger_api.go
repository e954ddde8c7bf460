package procoretest

import (
	"net/http"
	"strings"
)

// trigger is how a trigger is shown. Requests write the event in lower case, answers perhaps not
// (section 11.1).
func (c *call) trigger(h *hook, t *trigger) object {
	event := string(t.what)
	if c.procore.options.Switches.TriggersInCapitals {
		event = strings.ToUpper(event)
	}
	o := object{
		"id": t.id, "webhook_hook_id": h.id, "resource_name": t.resource, "resource_id": nil, "event_type": event,
		"company_id": nil, "project_id": idOrNull(h.at.projectID()), "user_id": nil,
	}
	if h.at.project == nil {
		o["company_id"] = h.at.company.id
	}
	return o
}

func listTriggers(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	return list(c, h.triggers, func(t *trigger) any { return c.trigger(h, t) })
}

func createTrigger(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	in := c.params.in("trigger")
	t, err := c.hooks().trigger(h, c.params.text("api_version"), in.text("resource_name"), in.text("event_type"))
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.trigger(h, t)), nil
}

func deleteTrigger(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	t, err := h.trigger(id)
	if err != nil {
		return nil, err
	}
	h.drop(t)
	return answer(http.StatusOK, nil), nil
}

// mostTriggers is how many a bulk request takes.
const mostTriggers = 500

func tooManyTriggers() error {
	return refuse(http.StatusRequestEntityTooLarge, "Exceeded limit of 500 triggers per request")
}

// createTriggers makes what it can, and says what it cannot.
func createTriggers(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	all := c.params.list("triggers")
	if len(all) > mostTriggers {
		return nil, tooManyTriggers()
	}
	made, failed := []object{}, []object{}
	for _, one := range all {
		in := asParams(one)
		t, err := c.hooks().trigger(h, c.params.text("api_version"), in.text("resource_name"), in.text("event_type"))
		if err != nil {
			failed = append(failed, object{
				"code": "unprocessable_entity", "message": err.Error(),
				"trigger": object{"resource_name": in.text("resource_name"), "event_type": in.text("event_type")},
			})
			continue
		}
		made = append(made, c.trigger(h, t))
	}
	return partly(made, failed), nil
}

func deleteTriggers(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	ids, err := c.params.ids("triggers")
	if err != nil {
		return nil, err
	}
	if len(ids) > mostTriggers {
		return nil, tooManyTriggers()
	}
	gone, failed := []int64{}, []object{}
	for _, id := range ids {
		t, err := h.trigger(id)
		if err != nil {
			failed = append(failed, object{"code": "not_found", "trigger": id})
			continue
		}
		h.drop(t)
		gone = append(gone, id)
	}
	return partly(gone, failed), nil
}

// partly answers 207 where something failed.
func partly[T any](done []T, failed []object) *reply {
	if len(failed) == 0 {
		return answer(http.StatusOK, object{"success": done})
	}
	return answer(http.StatusMultiStatus, object{"success": done, "failed": failed})
}
