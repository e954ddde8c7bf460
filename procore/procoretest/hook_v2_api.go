package procoretest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
)

// hookV2Routes are section 11.2, for a project and for a company.
func hookV2Routes() []route {
	var all []route
	for _, at := range []struct {
		base  string
		scope scope
	}{
		{"/rest/v2.0/companies/{company_id}/projects/{project_id}/webhooks", byProject},
		{"/rest/v2.0/companies/{company_id}/webhooks", byCompany},
	} {
		hooks, one := at.base+"/hooks", at.base+"/hooks/{id}"
		triggers := at.base + "/hooks/{hook_id}/triggers"
		for name, h := range map[string]handler{
			"GET " + hooks: listHooksV2, "POST " + hooks: createHookV2, "GET " + one: getHookV2,
			"PATCH " + one: patchHookV2, "DELETE " + one: deleteHookV2,
			"GET " + triggers: listTriggersV2, "POST " + triggers: createTriggerV2, "DELETE " + triggers + "/{id}": deleteTriggerV2,
			"GET " + at.base + "/hooks/{hook_id}/deliveries": listDeliveriesV2, "GET " + at.base + "/resources": listResourcesV2,
		} {
			all = append(all, newRoute(name, at.scope, Webhooks, Standard, h))
		}
	}
	slices.SortFunc(all, func(a, b route) int { return cmp.Compare(a.name, b.name) })
	return all
}

func listHooksV2(c *call) (*reply, error) {
	counted, err := asFlag(c.query.Get("include_trigger_count"))
	namespace, version := c.query.Get("namespace"), c.query.Get("payload_version")
	all := slices.DeleteFunc(c.hooks().of(c.place), func(h *hook) bool {
		return namespace != "" && namespace != h.namespace || version != "" && payloadVersion(version) != h.payload
	})
	return list(c, all, func(h *hook) any { return h.words(err == nil && counted) })
}

// words is how REST v2 shows a hook.
func (h *hook) words(counted bool) object {
	o := object{
		"id": decimal(h.id), "status": "active", "payload_version": h.asked, "namespace": h.namespace,
		"destination_headers": object{"Authorization": mask(h.authorization)}, "destination_url": h.address,
		"company_id": nil, "project_id": nil, "created_at": stamp(h.created), "updated_at": stamp(h.updated),
		"hook_type": "classic",
	}
	if counted {
		o["trigger_count"] = len(h.triggers)
	}
	if h.disabled {
		o["status"] = "disabled"
	}
	if h.at.project == nil {
		o["company_id"] = decimal(h.at.company.id)
	} else {
		o["project_id"] = decimal(h.at.project.id)
	}
	return o
}

func (c *call) hookChangeV2() (hookChange, error) {
	in := c.params
	change := hookChange{
		payload: in.pointer("payload_version"), namespace: in.pointer("namespace"), address: in.pointer("destination_url"),
		authorization: in.in("destination_headers").pointer("Authorization"),
	}
	switch status := in.text("status"); status {
	case "":
	case "active", "disabled":
		off := status == "disabled"
		change.disabled = &off
	default:
		return change, badField("status", "is not included in the list")
	}
	return change, nil
}

func createHookV2(c *call) (*reply, error) {
	change, err := c.hookChangeV2()
	if err != nil {
		return nil, err
	}
	h := &hook{at: c.place, by: c.user}
	if err := c.hooks().add(h, change, c.drive().now()); err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, object{"data": h.words(true)}), nil
}

func getHookV2(c *call) (*reply, error) {
	h, err := c.hook("id")
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, object{"data": h.words(true)}), nil
}

func patchHookV2(c *call) (*reply, error) {
	h, err := c.hook("id")
	if err != nil {
		return nil, err
	}
	change, err := c.hookChangeV2()
	if err != nil {
		return nil, err
	}
	if err := c.hooks().change(h, change, c.drive().now()); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, object{"data": h.words(true)}), nil
}

func deleteHookV2(c *call) (*reply, error) {
	h, err := c.hook("id")
	if err != nil {
		return nil, err
	}
	c.hooks().remove(h)
	return answer(http.StatusNoContent, nil), nil
}

func (t *trigger) words(h *hook) object {
	return object{
		"id": decimal(t.id), "hook_id": decimal(h.id), "resource_name": t.resource, "event_type": t.what,
	}
}

func listTriggersV2(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	return list(c, h.triggers, func(t *trigger) any { return t.words(h) })
}

func createTriggerV2(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	t, err := c.hooks().trigger(h, h.asked, c.params.text("resource_name"), c.params.text("event_type"))
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, object{"data": t.words(h)}), nil
}

func deleteTriggerV2(c *call) (*reply, error) {
	if _, err := deleteTrigger(c); err != nil {
		return nil, err
	}
	return answer(http.StatusNoContent, nil), nil
}

func listDeliveriesV2(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	statuses, names, events := c.filter("status"), c.filter("resource_name"), c.filter("event_type")
	all := slices.DeleteFunc(h.deliveries(c.drive().now()), func(d *delivery) bool {
		n := d.message.news
		return !among(statuses, d.status) || !among(names, n.resource) || !among(events, string(n.what))
	})
	return list(c, all, func(d *delivery) any { return d.words() })
}

func listResourcesV2(c *call) (*reply, error) {
	all := slices.Sorted(slices.Values(keys(resources())))
	all = slices.DeleteFunc(all, func(name string) bool { return resources()[name].company != (c.project == nil) })
	return list(c, all, func(name string) any { return object{"name": name} })
}

// view is how REST v1.0 shows a delivery.
func (d *delivery) view() object {
	o := object{
		"event_id": d.message.number, "event": json.RawMessage(d.body), "outcome": "retried", "response_status": nil,
		"response_headers": nil, "response_error": nil, "response_body": nil, "started_at": nil, "completed_at": nil,
	}
	if n := len(d.tries); n > 0 {
		t := d.tries[n-1]
		o["response_status"], o["response_headers"], o["response_body"] = t.status, t.header, t.answer
		o["started_at"], o["completed_at"] = stamp(t.started), stamp(t.ended)
		if t.err != nil {
			o["response_error"] = t.err.Error()
		}
	}
	switch d.status {
	case "succeeded":
		o["outcome"] = "ok"
	case "discarded":
		o["outcome"] = "discarded"
	}
	return o
}

// words is how REST v2 shows a delivery.
func (d *delivery) words() object {
	attempts := []object{}
	for i, t := range d.tries {
		attempts = append(attempts, object{
			"id": decimal(d.id*1000 + int64(i)), "success": t.status/100 == 2, "response_status": t.status,
			"response_body": t.answer, "response_headers": t.header,
			"started_at": stamp(t.started), "completed_at": stamp(t.ended),
		})
	}
	return object{
		"id": decimal(d.id), "status": d.status, "payload": json.RawMessage(d.body), "delivery_attempts": attempts,
	}
}
