package main

func Example() {
	main()
	// Output:
	// harbour bridge: 4 writes (2 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// harbour bridge: 2 writes (1 uploads, 1 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// map[Drawings/: Drawings/A-101.pdf:second issue Signed contracts/: Signed contracts/Main.docx:signed]
	// map[Drawings/: Drawings/A-101.pdf:second issue Signed contracts/: Signed contracts/Main.docx:signed]
}
