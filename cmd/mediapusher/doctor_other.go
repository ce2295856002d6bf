//go:build !linux

package main

// The systems besides Linux: Windows limits no open files worth telling, and tells neither in a word whether its clock follows a server.

func clockSynchronised() *bool { return nil }

func openFiles() uint64 { return 0 }

func memory() (available, total uint64) { return 0, 0 }
