package procoretest

import "strings"

// rfi is how a list shows an RFI: its questions are cut short, and without files (section 8.2).
func (v viewer) rfi(r *rfi) object {
	o := v.rfiBase(r)
	short := []object{}
	for _, q := range r.questions {
		short = append(short, object{"id": q.id, "body": q.body, "errors": []object{}})
	}
	o["questions"] = short
	return o
}

// rfiAlone is how an RFI is shown by itself.
func (v viewer) rfiAlone(r *rfi) object {
	o := v.rfiBase(r)
	asked := []object{}
	for _, q := range r.questions {
		answers := []object{}
		for _, a := range q.answers {
			answers = append(answers, v.answer(a))
		}
		asked = append(asked, object{
			"id": q.id, "created_by": q.by.Name, "question_date": stamp(q.at), "plain_text_body": q.body,
			"rich_text_body": "<p>" + q.body + "</p>", "attachments": v.attached(q.files, q.id, "Question"), "answers": answers,
		})
	}
	o["questions"] = asked
	o["drawing_ids"], o["custom_fields"] = []int64{}, object{}
	return o
}

// newerRFI is how version 1.1 shows an RFI: one question, and its responses beside it.
func (v viewer) newerRFI(r *rfi) object {
	o := v.rfiBase(r)
	asked, responses := r.questions[0], []object{}
	for _, a := range asked.answers {
		responses = append(responses, v.answer(a))
	}
	o["question"] = object{
		"id": asked.id, "body": asked.body, "created_by": asked.by.Name, "created_at": stamp(asked.at),
		"attachments": v.attached(asked.files, asked.id, "Question"),
	}
	o["responses"] = responses
	return o
}

func (v viewer) rfiBase(r *rfi) object {
	assignees := []object{}
	for _, u := range r.assignees {
		assignees = append(assignees, object{"id": u.ID, "name": u.Name, "login": u.Login, "locale": nil, "response_required": true})
	}
	o := object{
		"id": r.id, "subject": r.subject, "title": r.subject, "number": r.number, "full_number": r.fullNumber(),
		"prefix": textOrNull(r.prefix), "revision": r.revision, "status": r.status, "translated_status": capital(r.status),
		"draft": r.status == "draft", "private": r.private, "due_date": textOrNull(r.due),
		"created_at": stamp(r.created), "updated_at": stamp(r.updated), "initiated_at": stamp(r.initiated),
		"time_resolved": stamp(r.resolved), "link": v.p.options.URLs.API + "/rfi/" + decimal(r.id), "assignees": assignees,
		"rfi_manager": r.manager.mini(), "has_revisions": false,
	}
	if !r.recycled.IsZero() {
		o["deleted"], o["deleted_at"] = true, stamp(r.recycled)
	}
	return o
}

func (v viewer) answer(a *answerTo) object {
	return object{
		"id": a.id, "official": a.official, "answer_date": stamp(a.at), "plain_text_body": a.body,
		"rich_text_body": "<p>" + a.body + "</p>", "created_by": a.by.Name, "created_by_id": a.by.ID,
		"attachments": v.attached(a.files, a.id, "Answer"),
	}
}

// attached is how files of RFIs are shown: without a size, a time or a hash.
func (v viewer) attached(files []*stored, item int64, kind string) []object {
	all := []object{}
	for _, f := range files {
		o := v.stored(f)
		o["viewable"], o["can_be_viewed"] = true, true
		o["attached_to_item_id"], o["attached_to_item_type"] = item, kind
		all = append(all, o)
	}
	return all
}

func capital(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
