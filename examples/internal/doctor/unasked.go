package doctor

import "github.com/procorebox/procorebox/examples/internal/office"

// Unasked is a question that no document answers, and that Settle does not ask.
type Unasked struct {
	Service office.Service `json:"service"`
	// Section is where the project's notes on the service ask it.
	Section  string `json:"section"`
	Question string `json:"question"`
	// Why says what it would take to ask, and why the program need not know.
	Why string `json:"why"`
}

// NotAsked returns all such questions, in a fixed order: with the Facts of Settle they are all that is open about the services.
func NotAsked() []Unasked {
	var all []Unasked
	for _, q := range [][3]string{
		{"2.1", "How is an authorization code refused that is used up?", "it takes a person in a browser; any refusal means that one must sign in again"},
		{"3.4", "Can two folders of one name be made at the same instant?", "it takes luck; what is made twice is found and told as a conflict"},
		{"4.3", "What is the most that one upload may have?", "it takes gigabytes; 50 MB are the most that is sent in one piece"},
		{"5", "Do bookmarks share names with files and folders?", "it takes a bookmark; the program makes none, and leaves them alone"},
		{"6.1", "Do events show an item as it was then, or as it is?", "it takes minutes of waiting; each item is read anew"},
		{"9", "What does the content of a Box Note hold?", "no program can make one; notes are left alone"},
		{"14.1", "How long is a refresh token good once more after it was used?", "asking may end the connection; nothing relies on it"},
		{"14.3", "Do descriptions, shared links and locks raise the etag?", "the program makes no such edits; etags are compared for being equal only"},
		{"14.5", "Must the parts of an upload be told in order when it is committed?", "it takes an upload of 20 MB; they are told in order"},
		{"14.6", "Is a new version answered 200 or 201?", "either is taken"},
		{"14.7", "Are the contents of a folder told of, too, when it moves or is deleted? How long are events kept, and how is an old position refused?", "it takes weeks of waiting; a refused position means a full scan, and one comes once a day anyway"},
		{"14.8", "How often is a webhook sent again, and does it tell an old name?", "it takes a public address and an hour of refusing; webhooks are hints only"},
		{"14.9", "How long may the move of a large folder take, and how does it end?", "it takes tens of thousands of files; what was begun is looked for until it is found"},
		{"14.11", "In what shape do copies, restores and upload sessions name the item in the way?", "both shapes are read, and none"},
		{"14.12", "How are deletes refused under retention, and uploads in a full account?", "it takes a policy of an administrator, or a full account; each of the codes is read"},
		{"14.13", "How many calls a month does a plan include?", "no call tells; it is in the contract with Box"},
		{"10", "How late does the search find a file?", "it takes up to hours; the program does not search"},
	} {
		all = append(all, Unasked{office.BoxService, q[0], q[1], q[2]})
	}
	for _, q := range [][3]string{
		{"1.2", "Does a refresh token end that nobody uses for long? With which status is a wrong one refused?", "it takes months, and an attempt to sign in that is wrong; either status is read"},
		{"3", "What does a 429 say beside its status, and do the links of files count as calls?", "asking would lock out all who share the account for up to an hour; status and headers suffice"},
		{"4.6", "Do the flags private and tracked move updated_at?", "people get mails about what is tracked; a full scan finds it"},
		{"4.8", "How does the recycle bin look to somebody who may not see it?", "it takes a second account; what cannot be seen is never taken for deleted"},
		{"4.8", "Is the delete or move of a folder told by one webhook or by many?", "it takes a public address; one works, and so do many"},
		{"4.9", "What is the body of the answer to a name that is taken?", "no form of it is relied on: the folder is looked into"},
		{"5.1", "With which status does storage take an upload?", "each from 200 to 299 is taken"},
		{"5.3", "What is the most that one upload may have?", "it takes gigabytes; 5 GB are the most that is sent in one piece"},
		{"6", "How long is the link of a file good?", "it takes hours of waiting; links are read right before a download, and never stored"},
		{"7", "What becomes of the photos of an album that is deleted? May albums share a name? Which types are taken, and what is taken_at?", "there is no scratch folder in Photos: all of the project would see it, and photos that are deleted stay in the bin; neither is relied on"},
		{"8", "Do upload_ids of a changed RFI add or replace?", "the program never writes RFIs and submittals"},
		{"10", "Which other tools of Procore store attachments, and how?", "the program does not sync them"},
		{"11", "How many webhooks may there be, and which names have their events?", "it takes as many as make it fail; those that are needed are looked for by name"},
		{"15", "How far back may daily logs be asked for?", "the program does not sync them"},
	} {
		all = append(all, Unasked{office.ProcoreService, q[0], q[1], q[2]})
	}
	return all
}
