package procoretest

// directoryRoutes are the Directory tool, to which no file can be attached (section 10).
func directoryRoutes() []route {
	return []route{
		newRoute("GET "+projectPath+"users", byProject, Directory, ReadOnly, listPeople),
		newRoute("GET "+projectPath+"vendors", byProject, Directory, ReadOnly, listVendors),
		newRoute("GET /rest/v1.0/vendors", byEither, Directory, ReadOnly, listVendors),
	}
}

func listPeople(c *call) (*reply, error) {
	return list(c, c.drive().order, func(u *user) any {
		return object{"id": u.ID, "name": u.Name, "login": u.Login, "email_address": u.Login, "is_active": true}
	})
}

func listVendors(c *call) (*reply, error) {
	return list(c, []string{c.company.name}, func(name string) any {
		return object{"id": c.company.id, "name": name, "is_active": true}
	})
}
