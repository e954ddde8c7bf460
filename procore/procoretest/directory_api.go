package procoretest

// directoryRoutes are the Directory tool, to which no file can be attached (section 10).
func directoryRoutes() []route {
	return []route{
		newRoute("GET "+projectPath+"users", byProject, Directory, ReadOnly, listUsers),
		newRoute("GET /rest/v1.0/companies/{company_id}/users", byCompany, Directory, ReadOnly, listUsers),
		newRoute("GET "+projectPath+"vendors", byProject, Directory, ReadOnly, listVendors),
		newRoute("GET /rest/v1.0/vendors", byEither, Directory, ReadOnly, listVendors),
	}
}

// listUsers lists the people of a company or a project.
func listUsers(c *call) (*reply, error) {
	var all []*user
	for _, u := range c.drive().order {
		if c.project == nil || u.sees(c.project) {
			all = append(all, u)
		}
	}
	return list(c, all, func(u *user) any {
		return object{
			"id": u.ID, "login": u.Login, "name": u.Name, "email_address": u.Login, "is_active": true, "is_employee": true,
		}
	})
}

func listVendors(c *call) (*reply, error) {
	return list(c, []string{c.company.name}, func(name string) any {
		return object{"id": c.company.id, "name": name, "is_active": true}
	})
}
