package procoretest

import (
	"net/http"
	"slices"
)

// hookRoutes are section 11.1.
func hookRoutes() []route {
	const all = "/rest/v1.0/webhooks/hooks"
	const triggers = all + "/{hook_id}/triggers"
	return []route{
		newRoute("GET "+all, byEither, Webhooks, Standard, listHooks),
		newRoute("POST "+all, byEither, Webhooks, Standard, createHook),
		newRoute("PATCH "+all+"/{id}", byEither, Webhooks, Standard, patchHook),
		newRoute("DELETE "+all+"/{id}", byEither, Webhooks, Standard, deleteHook),
		newRoute("GET "+triggers, byEither, Webhooks, Standard, listTriggers),
		newRoute("POST "+triggers, byEither, Webhooks, Standard, createTrigger),
		newRoute("POST "+triggers+"/bulk", byEither, Webhooks, Standard, createTriggers),
		newRoute("DELETE "+triggers+"/bulk", byEither, Webhooks, Standard, deleteTriggers),
		newRoute("DELETE "+triggers+"/{id}", byEither, Webhooks, Standard, deleteTrigger),
		newRoute("GET "+all+"/{hook_id}/deliveries", byEither, Webhooks, Standard, listDeliveries),
		newRoute("GET /rest/v1.0/webhooks/resources", byEither, Webhooks, Standard, listResources),
		newRoute("GET /rest/v1.0/webhooks/resources/api_versions", byEither, Webhooks, Standard, listPayloads),
	}
}

func (c *call) hooks() *hooks { return &c.procore.hooks }

func (c *call) hook(name string) (*hook, error) {
	id, err := c.id(name)
	if err != nil {
		return nil, err
	}
	return c.hooks().find(c.place, id)
}

func listHooks(c *call) (*reply, error) {
	all := slices.DeleteFunc(c.hooks().of(c.place), func(h *hook) bool {
		namespace := c.query.Get("namespace")
		return namespace != "" && namespace != h.namespace
	})
	return list(c, all, func(h *hook) any { return h.view() })
}

// view is how a hook is shown. The secret is not (section 11.1).
func (h *hook) view() object {
	o := object{
		"id": h.id, "api_version": h.asked, "namespace": h.namespace, "destination_url": h.address,
		"destination_headers": object{}, "owned_by_company_id": nil, "owned_by_project_id": idOrNull(h.at.projectID()),
		"owned_by_user_id": h.by.ID,
	}
	if h.authorization != "" {
		o["destination_headers"] = object{"Authorization": mask(h.authorization)}
	}
	if h.at.project == nil {
		o["owned_by_company_id"] = h.at.company.id
	}
	return o
}

func (c *call) hookChange() hookChange {
	in := c.params.in("hook")
	return hookChange{
		payload: in.pointer("api_version"), namespace: in.pointer("namespace"), address: in.pointer("destination_url"),
		authorization: in.in("destination_headers").pointer("Authorization"),
	}
}

func createHook(c *call) (*reply, error) {
	h := &hook{at: c.place, by: c.user}
	if err := c.hooks().add(h, c.hookChange(), c.drive().now()); err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, h.view()), nil
}

func patchHook(c *call) (*reply, error) {
	h, err := c.hook("id")
	if err != nil {
		return nil, err
	}
	if err := c.hooks().change(h, c.hookChange(), c.drive().now()); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, h.view()), nil
}

func deleteHook(c *call) (*reply, error) {
	h, err := c.hook("id")
	if err != nil {
		return nil, err
	}
	c.hooks().remove(h)
	return answer(http.StatusOK, nil), nil
}

// listDeliveries knows the filter under two names, and pages of its own (section 11.1).
func listDeliveries(c *call) (*reply, error) {
	h, err := c.hook("hook_id")
	if err != nil {
		return nil, err
	}
	want := c.query.Get("filter[status]")
	if want == "" {
		want = c.query.Get("filters[status]")
	}
	outcomes := map[string][]string{
		"successful": {"succeeded"}, "failing": {"retrying", "failed"}, "discarded": {"discarded"},
	}
	from, err := c.count("page_start", 1)
	if err != nil {
		return nil, err
	}
	size, err := c.count("page_size", 100)
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, d := range h.deliveries(c.drive().now()) {
		if want == "" || want == "any" || slices.Contains(outcomes[want], d.status) {
			items = append(items, d.view())
		}
	}
	items = items[min((from-1)*size, len(items)):]
	return answer(http.StatusOK, items[:min(size, len(items))]), nil
}

func listResources(c *call) (*reply, error) {
	all := []object{}
	for _, name := range slices.Sorted(slices.Values(keys(resources()))) {
		if r := resources()[name]; r.company == (c.project == nil) {
			all = append(all, object{"name": name, "api_version": "v2", "except": append([]happening{}, r.except...)})
		}
	}
	return answer(http.StatusOK, all), nil
}

func listPayloads(*call) (*reply, error) {
	return answer(http.StatusOK, []string{"v2.0", "v3.0", "v4.0"}), nil
}
