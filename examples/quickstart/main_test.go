package main

func Example() {
	main()
	// Output:
	// harbour bridge: 4 writes (2 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// map[Contracts/: Contracts/Main.docx:signed Drawings/: Drawings/A-101.pdf:second issue]
	// harbour bridge: 1 writes (1 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// map[Contracts/: Contracts/Main.docx:signed Drawings/: Drawings/A-101.pdf:third issue]
}
