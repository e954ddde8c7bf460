// Package site is a construction project as data: the drawings, letters and tables of an office
// building under construction, its photos, its RFIs and its submittals. It is what the demo syncs,
// and what the fake Procore serves.
//
//	project := site.New(site.Options{Seed: 1})
//	for _, file := range project.Files {
//		body, err := file.Open()
//		...
//	}
//
// Everything is drawn from a seed and made when it is opened: the same seed gives the same names and
// the same bytes on every machine, and a project that nobody opens costs next to nothing.
//
// # What it is made of
//
// PDFs with floor plans, minutes and reports; CSV tables; a DXF drawing; a point cloud of 24 MB; mails,
// a calendar and notes; JPEG photos whose EXIF data say when and where they were taken, and whose names
// repeat, as those of cameras do. [RFI.Sheet] and [Submittal.Sheet] are what is printed of a record, and
// [Render] prints it.
//
// # Names
//
// The people of this project call their files what they like: with slashes and colons, with a blank or
// a dot at the end, in Chinese, with emoji, with 250 letters, or in two ways that only differ in case
// or in how an accent is written. No path is a string here, since no separator would be safe.
//
// People, firms and addresses are made up; phone numbers and mail addresses belong to nobody.
package site
