package procoretest

import (
	"net/http"
	"strings"
)

// Fields by which a call names the files that it attaches (section 10).
const (
	byUpload    attachField = "upload_ids"           // uuids of uploads
	byProstore  attachField = "prostore_file_ids"    // files that Procore has; those that are left out go
	byVersion   attachField = "file_version_ids"     // of Documents
	byImage     attachField = "image_ids"            // of Photos
	byForm      attachField = "form_ids"             // the fake has none
	byDrawing   attachField = "drawing_revision_ids" // of Drawings
	byUUID      attachField = "attachments_by_uuid"  // [{"upload_uuid": "01J…"}]
	byPair      attachField = "uploads"              // [{"uuid": "01J…"}]
	byAttribute attachField = "attachments_attributes"
	byPart      attachField = "attachments"    // parts of a form
	keeping     attachField = "attachment_ids" // those that stay; the others go
)

type attachField string

// A register is one list of records of a tool, with the calls that attach files to them.
type register struct {
	kind   string // of the records, such as "meeting"
	event  string // what webhooks call them, "" where they have no name for them
	scope  scope
	list   string // path, "" where there is none
	show   string // path, "" where there is none
	parent string // id in the path of the record that these belong to
	group  string // name of the array in a list that is grouped
	calls  []attachCall
	tool   Tool
}

// An attachCall is one call that attaches files.
type attachCall struct {
	name    string // route
	scope   scope
	wrap    string // the object in the body, "" for the top level
	status  int
	takes   []attachField
	creates bool // it makes a record
	form    bool // JSON is refused
	newer   bool // it answers 422 to what it does not like
}

const (
	projectPath   = "/rest/v1.0/projects/{project_id}/"
	projectPath11 = "/rest/v1.1/projects/{project_id}/"
	projectPath2  = "/rest/v2.0/companies/{company_id}/projects/{project_id}/"
	companyPath   = "/rest/v1.0/companies/{company_id}/"
)

// idLists are the fields that most calls take.
func idLists(more ...attachField) []attachField {
	return append([]attachField{byUpload, byVersion, byImage, byForm, byDrawing}, more...)
}

// registers is the table of section 10, RFIs, submittals, emails and drawings aside.
func registers() []register {
	var all []register
	for _, group := range [][]register{
		bidRegisters(), contractRegisters(), changeRegisters(), meetingRegisters(), dailyRegisters(), punchRegisters(),
	} {
		all = append(all, group...)
	}
	return all
}

func bidRegisters() []register {
	return []register{
		{
			kind: "bid", tool: Bidding, scope: byProject, parent: "bid_package_id",
			list: projectPath + "bid_packages/{bid_package_id}/bids", show: projectPath + "bid_packages/{bid_package_id}/bids/{id}",
			calls: []attachCall{{
				name: "PATCH " + projectPath11 + "bid_packages/{bid_package_id}/bids/{id}", scope: byProject, wrap: "bid",
				status: http.StatusOK, takes: []attachField{byProstore}, newer: true,
			}},
		},
		{
			kind: "bid", event: "Bids", tool: Bidding, scope: byCompany, show: companyPath + "bids/{id}",
			calls: []attachCall{{
				name: "PATCH " + companyPath + "bids/{id}", scope: byCompany, wrap: "bid", status: http.StatusOK,
				takes: []attachField{byAttribute, byPair},
			}},
		},
		{
			kind: "bid_package", tool: Bidding, scope: byProject,
			list: projectPath11 + "bid_packages", show: projectPath + "bid_packages/{id}",
			calls: []attachCall{{
				name: "PATCH " + projectPath + "bid_packages/{id}", scope: byProject, wrap: "bid_package",
				status: http.StatusOK, takes: []attachField{byProstore},
			}},
		},
	}
}

// modern is a list of REST v2: its fields stand at the top level, and attachment_ids is a list of what
// is kept.
func modern(kind, event, name string, t Tool) register {
	path := projectPath2 + name
	return register{
		kind: kind, event: event, tool: t, scope: byProject, list: path, show: path + "/{id}",
		calls: []attachCall{{
			name: "PATCH " + path + "/{id}", scope: byProject, status: http.StatusOK, takes: idLists(keeping),
		}},
	}
}

// classic is a list of REST v1.0 or v1.1 that takes the project in the query, and in the body of a
// write.
func classic(kind, event, list, show, wrap string, t Tool) register {
	return register{
		kind: kind, event: event, tool: t, scope: byQuery, list: list, show: show,
		calls: []attachCall{{
			name: "PATCH " + show, scope: byBody, wrap: wrap, status: http.StatusOK, takes: idLists(byPart),
		}},
	}
}

func contractRegisters() []register {
	const works, purchases = "/rest/v1.0/work_order_contracts", "/rest/v1.0/purchase_order_contracts"
	return []register{
		classic("prime_contract", "Prime Contracts", "/rest/v1.0/prime_contracts", "/rest/v1.0/prime_contract/{id}",
			"prime_contract", PrimeContracts),
		modern("prime_contract", "Prime Contracts", "prime_contracts", PrimeContracts),
		{kind: "commitment", tool: Commitments, scope: byQuery, list: "/rest/v1.0/commitments"},
		classic("work_order_contract", "Work Order Contracts", works, works+"/{id}", "work_order_contract", Commitments),
		classic("purchase_order_contract", "Purchase Order Contracts", purchases, purchases+"/{id}", "purchase_order_contract", Commitments),
		modern("commitment", "", "commitment_contracts", Commitments),
	}
}

func changeRegisters() []register {
	var all []register
	for _, kind := range []string{
		"commitment_change_order", "prime_change_order", "commitment_change_order_batch", "prime_change_order_batch",
	} {
		path, wrap := projectPath+plural(kind), "change_order"
		if strings.HasSuffix(kind, "_batch") {
			wrap = "change_order_batch"
		}
		all = append(all, register{
			kind: kind, tool: ChangeOrders, scope: byProject, list: path, show: path + "/{id}",
			calls: []attachCall{{
				name: "PATCH " + path + "/{id}", scope: byProject, wrap: wrap, status: http.StatusOK, takes: idLists(keeping),
			}},
		})
	}
	for _, of := range [][2]string{
		{"change_order_package", "Change Order Packages"},
		{"change_order_request", "Change Order Requests"},
		{"potential_change_order", "Potential Change Orders"},
	} {
		path := "/rest/v1.0/" + plural(of[0])
		all = append(all, register{
			kind: of[0], event: of[1], tool: ChangeOrders, scope: byQuery, list: path, show: path + "/{id}",
		})
	}
	const events = "/rest/v1.0/change_events"
	return append(all, register{
		kind: "change_event", event: "Change Events", tool: ChangeEvents, scope: byQuery, list: events, show: events + "/{id}",
		calls: []attachCall{{
			name: "PATCH " + events + "/{id}", scope: byBody, wrap: "change_event", status: http.StatusOK,
			takes: []attachField{byUUID, byPart},
		}},
	})
}

func meetingRegisters() []register {
	path, topics := projectPath11+"meetings", projectPath11+"meeting_topics"
	return []register{
		{
			kind: "meeting", event: "Meetings", tool: Meetings, scope: byProject, list: path, show: path + "/{id}", group: "meetings",
			calls: []attachCall{{
				name: "PATCH " + path + "/{id}", scope: byProject, wrap: "meeting", status: http.StatusOK,
				takes: idLists(byProstore, byPart),
			}},
		},
		{
			kind: "meeting", tool: Meetings, scope: byQuery, list: "/rest/v1.0/meetings", show: "/rest/v1.0/meetings/{id}",
			group: "meetings",
		},
		{
			kind: "meeting_topic", event: "Meeting Topics", tool: Meetings, scope: byProject, calls: []attachCall{
				{
					name: "POST " + topics, scope: byProject, wrap: "meeting_topic", status: http.StatusCreated,
					takes: []attachField{byUpload, byPart}, creates: true,
				},
				{
					name: "PATCH " + topics + "/{id}", scope: byProject, wrap: "meeting_topic", status: http.StatusOK,
					takes: []attachField{byUpload, byPart},
				},
			},
		},
	}
}

func dailyRegisters() []register {
	path := projectPath + "notes_logs"
	return []register{{
		kind: "notes_log", event: "Notes Logs", tool: DailyLog, scope: byProject, list: path, show: path + "/{id}",
		calls: []attachCall{
			{
				name: "POST " + path, scope: byProject, wrap: "notes_log", status: http.StatusCreated,
				takes: []attachField{byPart}, creates: true, form: true, newer: true,
			},
			{
				name: "PATCH " + path + "/{id}", scope: byProject, wrap: "notes_log", status: http.StatusOK,
				takes: []attachField{byPart}, form: true, newer: true,
			},
		},
	}}
}

func punchRegisters() []register {
	const path = "/rest/v1.1/punch_items"
	r := classic("punch_item", "Punch Items", path, path+"/{id}", "punch_item", PunchList)
	r.calls[0].newer = true
	r.calls = append(r.calls, attachCall{
		name: "POST " + path + "/add_punch_item_attachments", scope: byBody, status: http.StatusOK,
		takes: []attachField{byPart}, form: true, newer: true,
	})
	return []register{r}
}

func plural(kind string) string {
	if strings.HasSuffix(kind, "batch") {
		return kind + "es"
	}
	return kind + "s"
}
