package dhav

// disbelief is how many gaps in a row mean that a device counts otherwise.
const disbelief = 8

// sequence is the numbers of one type group.
type sequence struct {
	started bool
	last    uint32
	gaps    int // in a row
}

// numbers watches the sequence numbers of pictures and of sound. Pictures and data frames were seen to count apart. Whether sound has a
// count of its own shows where one kind follows the other: a common count goes up there.
type numbers struct {
	newest *sequence // of the newest frame
	apart  bool      // there is no common count
}

// follow takes the next number of a group and tells whether frames of it are missing before. skipped says that bytes were skipped
// since the group's newest frame.
func (n *numbers) follow(own *sequence, number uint32, skipped bool) (gap bool) {
	gap = own.started && number != own.last+1 && (skipped || number != own.last)
	if other := n.newest; other != nil && other != own {
		ahead := int32(number - other.last)
		n.apart = n.apart || ahead <= 0 || own.started && number == own.last+1 && ahead != 1
		if ahead == 1 && !n.apart && !skipped {
			gap = false
		}
	}
	own.started, own.last, n.newest = true, number, own
	if !gap {
		own.gaps = 0
		return false
	}
	own.gaps++
	return own.gaps <= disbelief || skipped
}
