package procoretest

// toolSwitches lists the switches of the tools besides Documents.
func toolSwitches() []Switch {
	return []Switch{
		{"AlbumNamesRepeat", "section 7.1", func(s *Switches, on bool) { s.AlbumNamesRepeat = on }},
		{"AlbumTakesPhotos", "section 7.1", func(s *Switches, on bool) { s.AlbumTakesPhotos = on }},
		{"PhotosNeedAlbum", "section 7.3", func(s *Switches, on bool) { s.PhotosNeedAlbum = on }},
		{"PhotosOfAnyType", "section 7.3", func(s *Switches, on bool) { s.PhotosOfAnyType = on }},
		{"VideosAccepted", "section 7.3", func(s *Switches, on bool) { s.VideosAccepted = on }},
		{"TakenByExifOnly", "section 7.3", func(s *Switches, on bool) { s.TakenByExifOnly = on }},
		{"PhotosStayDeleted", "section 7.3", func(s *Switches, on bool) { s.PhotosStayDeleted = on }},
		{"StatusNeedsArray", "trap 21", func(s *Switches, on bool) { s.StatusNeedsArray = on }},
		{"RecycledNotFound", "section 8.1", func(s *Switches, on bool) { s.RecycledNotFound = on }},
		{"PrintedAtStorage", "section 8.1", func(s *Switches, on bool) { s.PrintedAtStorage = on }},
		{"RepliesKeepUpdated", "section 8.2", func(s *Switches, on bool) { s.RepliesKeepUpdated = on }},
		{"UploadIDsReplace", "section 8.3", func(s *Switches, on bool) { s.UploadIDsReplace = on }},
		{"PartsForgotten", "trap 25", func(s *Switches, on bool) { s.PartsForgotten = on }},
		{"AttachmentsForgotten", "section 17, item 10", func(s *Switches, on bool) { s.AttachmentsForgotten = on }},
		{"BidFilesAdd", "section 10", func(s *Switches, on bool) { s.BidFilesAdd = on }},
		{"KeepListIgnored", "section 10", func(s *Switches, on bool) { s.KeepListIgnored = on }},
		{"WideLogsRefused", "trap 22", func(s *Switches, on bool) { s.WideLogsRefused = on }},
		{"TriggersInCapitals", "section 11.1", func(s *Switches, on bool) { s.TriggersInCapitals = on }},
		{"HooksLimited", "section 11.5", func(s *Switches, on bool) { s.HooksLimited = on }},
		{"MetadataOmitted", "section 11.5", func(s *Switches, on bool) { s.MetadataOmitted = on }},
	}
}
