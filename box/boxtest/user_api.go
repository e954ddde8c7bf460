package boxtest

import (
	"net/http"
	"slices"
	"strings"
)

func userRoutes() []route {
	return []route{
		newRoute("GET /2.0/users/me", apiOrigin, needRead, getMe),
		newRoute("GET /2.0/users/{user_id}", apiOrigin, needRead, getUser),
		newRoute("GET /2.0/users", apiOrigin, needRead, listUsers),
	}
}

func getMe(c *call) (*reply, error) {
	return answer(http.StatusOK, c.view().user(c.user, fieldsOf(c.query))), nil
}

func getUser(c *call) (*reply, error) {
	u := c.box.drive.users[c.ids["user_id"]]
	if u == nil {
		return nil, notFound()
	}
	return answer(http.StatusOK, c.view().user(u, fieldsOf(c.query))), nil
}

// listUsers lists the people of the enterprise, or those whose name or login begins with a term.
func listUsers(c *call) (*reply, error) {
	p, err := pageOf(c.query)
	if err != nil {
		return nil, err
	}
	term := strings.ToLower(c.query.Get("filter_term"))
	entries := []any{}
	total := 0
	for _, u := range c.box.drive.order {
		if !strings.HasPrefix(strings.ToLower(u.Name), term) && !strings.HasPrefix(strings.ToLower(u.Login), term) {
			continue
		}
		if total >= p.offset && len(entries) < p.limit {
			entries = append(entries, c.view().user(u, p.fields))
		}
		total++
	}
	return answer(http.StatusOK, object{
		"total_count": total, "entries": entries, "limit": p.limit, "offset": p.offset,
	}), nil
}

// user is an account in full. Some fields come only if they are asked for (section 9).
func (v viewer) user(u *user, asked []string) object {
	all := object{
		"type": "user", "id": u.ID, "name": u.Name, "login": u.Login,
		"created_at": v.time(u.created), "modified_at": v.time(u.created), "language": "en",
		"timezone": v.d.rules.Zone.String(), "space_amount": v.number(u.space), "space_used": v.number(u.used),
		"max_upload_size": v.number(u.largest), "status": "active", "job_title": "", "phone": "", "address": "",
		"avatar_url": v.d.rules.Web + "/api/avatar/large/" + u.ID, "notification_email": nil,
	}
	if asked == nil {
		return all
	}
	all["hostname"] = v.d.rules.Web + "/"
	all["role"] = "user"
	all["enterprise"] = object{"type": "enterprise", "id": v.d.rules.Enterprise, "name": "Fake Enterprise"}
	for name := range all {
		if name != "type" && name != "id" && !slices.Contains(asked, name) {
			delete(all, name)
		}
	}
	return all
}
