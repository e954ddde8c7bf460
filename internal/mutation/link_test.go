package mutation

// linking are mistakes about what belongs to which Link.
var linking = []mutation{
	{
		name:  "the news of a root is no news",
		file:  "syncer/root.go",
		old:   `return !h.Full && h.Side == side && h.ID == r.ends[side].rootID`,
		new:   `return h.Full && h.Side == side && h.ID == r.ends[side].rootID`,
		why:   "a root may be renamed and moved as people like",
		in:    links,
		tests: []string{"TestTheNewsOfATrashedRootIsEnoughToPauseItsPair"},
	},
	{
		name:  "a Link above another is made",
		file:  "mapping/overlap.go",
		old:   `if slices.Contains(up, l.Folder) {`,
		new:   `if slices.Contains(up, l.ID) {`,
		why:   "a folder inside another's is what comes to mind",
		in:    links,
		tests: []string{"TestScenario/overlapping-pairs"},
	},
	{
		name:  "what one tool has seen of a drag is enough for the other",
		file:  "mapping/moved.go",
		old:   `return syncer.Elsewhere{Reason: moved + ": " + why}, nil`,
		new:   `return syncer.Elsewhere{Kept: true, Reason: moved + ": " + why}, nil`,
		why:   "the other pair knows the item, so it will carry it over",
		in:    links,
		tests: []string{"TestWhatTheOtherToolDoesNotTakeStaysWhereItIs", "TestADragBetweenToolsThatIsKilledAnywhereLosesNothing"},
	},
	{
		name:  "the rule for conflicts holds for a first meeting",
		file:  "mapping/apart.go",
		old:   `c.Record != 0 || r == syncer.Leave {`,
		new:   `c.Record != 0 || r != syncer.KeepBoth {`,
		why:   "people have chosen it",
		in:    links,
		tests: []string{"TestWhatDiffersIsKeptOnBothSidesWhateverTheRuleForConflicts"},
	},
	{
		name:  "a folder of the tool's name is made in place of one in the trash",
		file:  "mapping/part.go",
		old:   `if l.Roots[t].ID != "" {`,
		new:   `if l.Roots[t].ID != "" && l.Roots[t].Paused == "" {`,
		why:   "a tool without a folder is paused for ever",
		in:    links,
		tests: []string{"TestATrashedRootPausesItsPairWithAReason", "TestAnotherFolderAtTheToolsPlaceIsNotTakenForIt"},
	},
	{
		name:  "another Link's folder is carried over",
		file:  "mapping/apart.go",
		old:   `i.Side == syncer.Destination && whose != ""`,
		new:   `i.Side == syncer.Source && whose != ""`,
		why:   "the two sides are easily mixed up",
		in:    links,
		tests: []string{"TestTheFolderOfAToolThatIsDraggedIntoAnotherIsNotCarriedOverTwice"},
	},
}
