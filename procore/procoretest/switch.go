package procoretest

// Switches turn what nobody knows about Procore, and what its sources say in two ways. Each is off by
// default and then stands in the position that the comment names as "off". A client must live with
// both positions of each; [Switches.All] lists them, so that a test can try them one by one.
//
// The sections are those of the fact sheet.
type Switches struct {
	// BearerLower (1.2) writes token_type as "bearer". Off: "Bearer".
	BearerLower bool
	// GrantBadRequest (1.2) answers 400 to a code or a refresh token that is no good. Off: 401.
	GrantBadRequest bool
	// RefreshExpires (1.2) ends a refresh token that was not used for 180 days. Off: it lives on.
	RefreshExpires bool
	// RevokeKeepsAccess (1.2) lets the access token live when its refresh token is revoked. Off: both die.
	RevokeKeepsAccess bool
	// TokensShort (1.2) lets access tokens live 900 s. Off: 5400 s, or Options.TokenLife.
	TokensShort bool
	// ProjectForbidden (1.3) answers 403 for a project that the user is not permitted. Off: 404.
	ProjectForbidden bool
	// HeaderMissingText (1.4) answers a call without Procore-Company-Id with 400 and a line of text.
	// Off: 404 and "Item not found".
	HeaderMissingText bool

	// SmallPages (2) gives 20 items where a v1 list is asked for without per_page. Off: 100.
	SmallPages bool
	// EmptyLink (2) sends an empty Link with the only page of a v1 list. Off: there is none.
	EmptyLink bool
	// OpenRanges (2) takes ranges of times that are open at an end. Off: 400.
	OpenRanges bool
	// QuotesRefused (2) refuses ranges of times in double quotes. Off: they count.
	QuotesRefused bool

	// RetryAfterOmitted (3) sends no Retry-After with 429. Off: it is there.
	RetryAfterOmitted bool
	// RateErrorNested (3) puts the text of a 429 into error.error. Off: into errors.
	RateErrorNested bool
	// LinksCount (3) counts the links of files against the limits. Off: only calls of the API.
	LinksCount bool

	// RootIndexed (4.2) lists the root folder in the index of documents. Off: what is below it.
	RootIndexed bool
	// BinLeftOut (4.2) leaves the folder that is the bin out of the index. Off: it is there, with
	// is_recycle_bin.
	BinLeftOut bool
	// RecycledLeftOut (4.2) leaves what is in the bin out of the index, unless it is asked for. Off: it
	// is there, with is_deleted.
	RecycledLeftOut bool
	// ParentFilter (4.2) knows filters[parent_id] and parent_id in the index. Off: they are ignored.
	ParentFilter bool
	// CyclesFail (4.4) answers 500 when a folder is moved into itself. Off: 400.
	CyclesFail bool

	// MoveKeepsUpdated (4.6) leaves updated_at alone when an item is moved. Off: it moves.
	MoveKeepsUpdated bool
	// RenameKeepsUpdated (4.6) leaves updated_at alone when an item is renamed. Off: it moves.
	RenameKeepsUpdated bool
	// DeleteKeepsUpdated (4.6) leaves updated_at alone when an item is deleted. Off: it moves.
	DeleteKeepsUpdated bool
	// FlagsKeepUpdated (4.6) leaves updated_at alone when description, flags, custom fields or the
	// check-out change. Off: it moves.
	FlagsKeepUpdated bool
	// ChildTouchesFolder (4.6) moves a folder's updated_at when what is in it changes. Off: it stays.
	ChildTouchesFolder bool
	// MoveTouchesContents (12) moves updated_at of all that is in a folder that is moved or renamed.
	// Off: they keep theirs.
	MoveTouchesContents bool
	// RenameMakesVersion (trap 8) makes a new version of a file that is moved or renamed. Off: none.
	RenameMakesVersion bool
	// CheckOutSparesAdmins (4.5) lets administrators write to a file that somebody else has checked
	// out. Off: 409 for them, too.
	CheckOutSparesAdmins bool
	// CheckOutHoldsAll (4.5) refuses every change of such a file. Off: new contents only.
	CheckOutHoldsAll bool

	// DeletedKeepParent (4.8) shows a deleted item with the parent that it had. Off: in the bin.
	DeletedKeepParent bool
	// ContentsNotDeleted (4.8) shows what lies in a deleted folder without is_deleted. Off: with it.
	ContentsNotDeleted bool
	// RestoreRefused (4.8) does not find a deleted item that is to be moved. Off: that restores it.
	RestoreRefused bool
	// BinnedNotFound (4.8) does not find a deleted item by its id. Off: administrators do.
	BinnedNotFound bool
	// BinForbidden (4.8) answers 403 to those who may not see the bin. Off: 404.
	BinForbidden bool
	// FolderDeleteToldForAll (4.8) tells webhooks of all that is in a deleted folder. Off: of the
	// folder.
	FolderDeleteToldForAll bool
	// FolderMoveToldForAll (17, item 4) tells webhooks of all that is in a folder that is moved or
	// renamed. Off: of the folder.
	FolderMoveToldForAll bool
	// VersionsNotTold (17, item 4) tells webhooks of a new version as an update of "Project Files" only.
	// Off: as "Project File Versions", too.
	VersionsNotTold bool
	// VersionsToldAlone (17, item 4) tells webhooks of a new version as "Project File Versions" only.
	// Off: as an update of "Project Files", too.
	VersionsToldAlone bool
	// VersionsToldTwice (17, item 4) tells webhooks of a new version as "File Versions", too. Off: as
	// "Project File Versions".
	VersionsToldTwice bool

	// NamesFolded (4.9) takes names for the same that differ in case only. Off: they differ.
	NamesFolded bool
	// KindsApart (4.9) lets a file and a folder have one name. Off: one name space.
	KindsApart bool
	// DuplicateAsBase (4.9) tells of a name that is taken as errors.base. Off: as errors.name.
	DuplicateAsBase bool
	// DuplicateAsText (4.9) tells of it as a text. Off: as errors.name.
	DuplicateAsText bool
	// CharactersRefused (4.9) refuses < > : " / \ | ? * in names. Off: they are stored.
	CharactersRefused bool
	// NamesLimited (4.9) refuses names of more than 255 characters. Off: any length.
	NamesLimited bool
	// NamesTrimmed (4.9) stores names without spaces around them. Off: as they are.
	NamesTrimmed bool
	// ExtensionsFixed (4.9) refuses to rename a file to another extension. Off: it may be.
	ExtensionsFixed bool
	// EmptyRefused (4.9) refuses files without contents. Off: they are stored.
	EmptyRefused bool

	// StorageCreated (5.1) answers 201 to an upload in one piece. Off: 204.
	StorageCreated bool
	// UploadsReusable (5.1) lets one upload be used again. Off: it is good once.
	UploadsReusable bool
	// PostUnlimited (5.3) takes uploads in one piece of any size. Off: up to Options.LargestPost.
	PostUnlimited bool

	// LinksOpen (6) answers links of files without a token. Off: 401.
	LinksOpen bool
	// LinksExpire (6) ends the link of a file after an hour, or Options.LinkLife. Off: it lives on.
	LinksExpire bool
	// TargetsShort (6) ends the signed address of a file after ten seconds. Off: after 15 min, or
	// Options.TargetLife.
	TargetsShort bool
	// RangesIgnored (6) sends the whole file to whoever asks for a part. Off: the part.
	RangesIgnored bool
	// HeadRefused (6) answers HEAD of a file with 403. Off: with its headers.
	HeadRefused bool

	// ErrorsStructured (13) writes errors of v1 as v2 does: error.code and error.message. Off: errors.
	ErrorsStructured bool
	// ErrorsLegacy (13) writes 400, 401 and 403 in the oldest shape: code, message, fields, reason and
	// error. Off: errors.
	ErrorsLegacy bool
	// ErrorsSingular (13) writes errors as a text under error. Off: errors.
	ErrorsSingular bool

	// AlbumNamesRepeat (7.1) lets two albums have one name. Off: 400.
	AlbumNamesRepeat bool
	// AlbumTakesPhotos (7.1) deletes the photos of an album with it. Off: they go to Unclassified.
	AlbumTakesPhotos bool
	// PhotosNeedAlbum (7.3) refuses a photo that names no album. Off: it goes to Unclassified.
	PhotosNeedAlbum bool
	// PhotosOfAnyType (7.3) takes every file for a photo. Off: by its extension, images only.
	PhotosOfAnyType bool
	// VideosAccepted (7.3) takes videos for photos. Off: 400.
	VideosAccepted bool
	// TakenByExifOnly (7.3) tells no taken_at of a photo without EXIF. Off: the time of its upload.
	TakenByExifOnly bool
	// PhotosStayDeleted (7.3) knows no retrieve of photos. Off: it takes them out of the bin.
	PhotosStayDeleted bool
	// StatusNeedsArray (trap 21) refuses filters[status] of RFIs without brackets. Off: both forms count.
	StatusNeedsArray bool
	// RecycledNotFound (8.1) does not find an RFI in the bin by its id. Off: it is shown with deleted.
	RecycledNotFound bool
	// PrintedAtStorage (8.1) redirects from a PDF's address to the storage at once. Off: to a link, which
	// needs a token.
	PrintedAtStorage bool
	// RepliesKeepUpdated (8.2) leaves updated_at of an RFI alone when a reply is added, changed or
	// deleted. Off: it moves.
	RepliesKeepUpdated bool
	// UploadIDsReplace (8.3) lets upload_ids and the like take the place of what was attached. Off: they
	// add to it.
	UploadIDsReplace bool
	// PartsForgotten (trap 25) answers 200 to files in the form of a submittal or a punch item, and keeps
	// none. Off: they are attached.
	PartsForgotten bool
	// AttachmentsForgotten (17, item 10) answers the calls of section 10 as if they attached, and attaches
	// nothing. Off: they do.
	AttachmentsForgotten bool
	// BidFilesAdd (10) lets prostore_file_ids of bids add to what was attached. Off: they take its place.
	BidFilesAdd bool
	// KeepListIgnored (10) ignores attachment_ids of change orders. Off: what they leave out goes.
	KeepListIgnored bool
	// WideLogsRefused (trap 22) refuses lists of daily logs over more than 91 days. Off: any range.
	WideLogsRefused bool
	// TriggersInCapitals (11.1) writes the events of triggers in capitals. Off: as they were asked for.
	TriggersInCapitals bool
	// HooksLimited (11.5) refuses more than five hooks of a project or company. Off: any number.
	HooksLimited bool
	// MetadataOmitted (11.5) sends webhooks with null for their metadata. Off: who did it, with which app.
	MetadataOmitted bool
}

// A Switch is one of the Switches.
type Switch struct {
	Name    string // of the field
	Section string // of the fact sheet
	Set     func(s *Switches, on bool)
}
