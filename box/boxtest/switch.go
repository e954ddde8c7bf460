package boxtest

// Switches turn what nobody knows about Box, and what its sources say in two ways. Each is off by
// default and then stands in the position that the comment names as "off". A client must live with
// both positions of each; [Switches.All] lists them, so that a test can try them one by one.
//
// The numbers are those of section 14 of the fact sheet; those without one are facts that only some
// sources tell.
type Switches struct {
	// RefreshGrace (1) keeps a used refresh token good until the access token that it brought is
	// first used. Using it again yields the same pair. Off: one use.
	RefreshGrace bool

	// LeadingSpaceRefused (2) refuses names that begin with a space. Off: they are stored.
	LeadingSpaceRefused bool
	// ReservedCharactersRefused (2) refuses < > : " ? * | in names. Off: they are stored.
	ReservedCharactersRefused bool
	// EmojiRefused (2) refuses characters beyond U+FFFF in names. Off: they are stored.
	EmojiRefused bool
	// NameLengthInCodePoints (2) counts code points against the 255 of a name. Off: UTF-16 units.
	NameLengthInCodePoints bool
	// NameLengthInBytes (2) counts bytes of UTF-8 against the 255 of a name. Off: UTF-16 units.
	NameLengthInBytes bool
	// SanitisedNames (2) takes bad characters out of file names. Off: such names are refused.
	SanitisedNames bool
	// FoldASCIIOnly (2) takes only A to Z for a to z. Off: names that strings.EqualFold equates clash.
	FoldASCIIOnly bool
	// FoldFully (2) uses Unicode's full folding, which takes ß for ss. Off: as for FoldASCIIOnly.
	FoldFully bool
	// WebLinksApart (2) lets a web link share its name with a file or folder. Off: one name space.
	WebLinksApart bool
	// CaseRenameRefused (section 5) refuses a rename that changes only the case. Off: it is made.
	CaseRenameRefused bool
	// NFKCSkew (section 5) makes preflight and folder create look for the NFKC form of the name, too.
	// Off: names are compared as they are.
	NFKCSkew bool
	// RacyCreates (section 3.4) lets a folder's create miss a name that was created in the last tenth
	// of a second, so that parallel creates make twins. Off: the second one is refused.
	RacyCreates bool

	// DescriptionKeepsETag (3) leaves the etag alone when description or tags change. Off: it rises.
	DescriptionKeepsETag bool
	// SharedLinkKeepsETag (3) leaves the etag alone when the shared link changes. Off: it rises.
	SharedLinkKeepsETag bool
	// LockRaisesETag (3) raises the etag when a file is locked or unlocked. Off: it stays.
	LockRaisesETag bool
	// MetadataRaisesETag (3) raises the etag when metadata changes. Off: it stays.
	MetadataRaisesETag bool
	// SameContentIgnored (3) makes no new version of an upload with the contents that the file has.
	// Off: it makes one.
	SameContentIgnored bool

	// IDsOverlap (section 3.1) numbers files, folders and web links alike, so that whoever keys on the
	// id alone mixes them up. Off: their numbers are far apart, as in most accounts.
	IDsOverlap bool

	// FieldsAddMini (4) adds the mini set to the fields that were asked for. Off: type, id and etag.
	FieldsAddMini bool
	// UnknownFieldsRefused (4) answers 400 to a field that does not exist. Off: it is ignored.
	UnknownFieldsRefused bool

	// SimpleUploadLimited (5) refuses simple uploads above 50 MB with 413. Off: any size.
	SimpleUploadLimited bool
	// MinimumInMebibytes (5) takes sessions from 20 MiB on. Off: from 20,000,000 bytes on.
	MinimumInMebibytes bool
	// CommitSorted (5) refuses a commit whose parts are not in order. Off: any order.
	CommitSorted bool

	// VersionCreated (6) answers 201 to a new version. Off: 200.
	VersionCreated bool

	// DescendantEvents (7) tells of everything below a folder that is trashed, restored, moved or
	// copied. Off: of the folder only.
	DescendantEvents bool
	// PurgesTold (7) tells of deletes from the trash by an event ITEM_PURGE. Off: there is no event.
	PurgesTold bool
	// ExpiredPositionIgnored (7) answers a position that is no longer kept with the oldest events.
	// Off: 400.
	ExpiredPositionIgnored bool
	// EventsKeptLong (7) keeps events for 60 days. Off: 21 days.
	EventsKeptLong bool
	// EventSnapshots (section 6.1) shows the source of an event as it was then. Off: as it is when
	// the event is read.
	EventSnapshots bool

	// WebhookTwelveTries (8) tries a delivery 12 times. Off: 10 times.
	WebhookTwelveTries bool
	// RenameTellsOldName (8) puts old_name into a rename's additional_info. Off: it is [].
	RenameTellsOldName bool

	// LongFolderOK (9) answers 200 after ten minutes of a folder operation that goes on. Off: 503.
	LongFolderOK bool

	// FolderPutSplit (10) refuses a folder's PUT that moves and renames. Off: both are done.
	FolderPutSplit bool

	// ConflictAsList (11) writes conflicts of PUT, copy, restore and sessions as an array. Off: as an
	// object.
	ConflictAsList bool
	// ConflictOmitted (11) leaves conflicts out there. Off: as for ConflictAsList.
	ConflictOmitted bool

	// RetentionForbids (12) answers forbidden to a purge under retention. Off:
	// access_denied_insufficient_permissions.
	RetentionForbids bool
	// QuotaConflicts (12) answers 409 where the account is full. Off: 403.
	QuotaConflicts bool
	// QuotaInsufficientStorage (12) answers 507 where the account is full. Off: 403.
	QuotaInsufficientStorage bool

	// MonthlyQuota (13) refuses calls beyond Options.MonthlyCalls. Off: they are counted only.
	MonthlyQuota bool

	// UnauthorizedBody (14) puts an error object into a 401. Off: it has no body.
	UnauthorizedBody bool
	// RangeBody (14) puts an error object into a 416 of a download. Off: it has no body.
	RangeBody bool
	// InvalidTokenCode (15) makes the code of a 401's body invalid_token. Off: unauthorized.
	InvalidTokenCode bool

	// BasicRefused (section 2.1) refuses client credentials in an Authorization header. Off: they
	// count.
	BasicRefused bool
	// TrashedListed (trap 28) shows what was trashed in the listing of its folder. Off: it is not
	// there.
	TrashedListed bool
	// NotesUnreadable (section 9) refuses to download Box Notes. Off: their document is sent.
	NotesUnreadable bool
	// SearchLags (section 10) finds an item ten minutes after it changed. Off: at once.
	SearchLags bool
}

// A Switch is one of the Switches.
type Switch struct {
	Name    string // of the field
	Section string // of the fact sheet
	Set     func(s *Switches, on bool)
}
