package procoretest

import "slices"

// A resource is something that webhooks tell of (section 11.3).
type resource struct {
	company bool
	except  []happening // events that there are not
}

func (r resource) has(what happening) bool {
	return slices.Contains([]happening{created, updated, deleted}, what) && !slices.Contains(r.except, what)
}

// resources are the exact names: plural, with spaces.
func resources() map[string]resource {
	all := map[string]resource{
		"Projects":        {true, []happening{deleted}},
		"Company Users":   {true, []happening{deleted}},
		"Company Vendors": {true, []happening{deleted}},
		"Bids":            {true, []happening{created, deleted}},
	}
	for _, name := range []string{"Company Files", "Company File Versions", "Company Folders"} {
		all[name] = resource{company: true}
	}
	for _, name := range []string{
		"Project Files", "Project File Versions", "Project Folders", "File Versions", "Images", "Image Categories",
		"RFIs", "RFI Replies", "Submittals", "Submittal Packages", "Drawings", "Drawing Areas", "Drawing Sets",
		"Drawing Uploads", "Meetings", "Meeting Topics", "Punch Items", "Notes Logs", "Daily Logs",
		"Prime Contracts", "Purchase Order Contracts", "Work Order Contracts", "Change Order Packages",
		"Change Order Requests", "Potential Change Orders", "Change Events", "Project Users", "Project Vendors",
	} {
		all[name] = resource{}
	}
	return all
}
