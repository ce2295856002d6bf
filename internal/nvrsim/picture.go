package nvrsim

import "time"

// The lowest twelfth of each picture is a row of 16 cells as wide as the picture, black for 0 and white for 1, from the left:
//
//	cell 0       1 (white)
//	cell 1       0 (black)
//	cells 2-12   position in the loop in steps of 40 ms, 11 bits, the most significant first
//	cell 13      parity: the sum of cells 2 to 13 is even
//	cell 14      0 (black)
//	cell 15      1 (white)
//
// The loop is 60 s long in all clips, so positions go from 0 to 1499. A white box on the right is lit for the first 120 ms of each
// second, together with a beep of the sound: of 2 kHz at second 0, 1.5 kHz at 10, 20 ... 50, 1 kHz at all others.
const (
	clockCells    = 16
	clockBits     = 11
	clockFirstBit = 2
	clockHeight   = 12 // the row's share of the height
)

// ClockStep is the unit of the positions that pictures carry.
const ClockStep = 40 * time.Millisecond

// LoopLength is the number of steps in a loop.
const LoopLength = 1500

// ReadClock reads the position in the loop from a picture's luma samples, in steps of ClockStep. A row has width samples and starts
// stride bytes after the one before. It works at any size and survives compression and scaling. ok is false where the samples are too few
// or the cells make no sense.
func ReadClock(luma []byte, stride, width, height int) (position int, ok bool) {
	if width < 4*clockCells || height < 4*clockHeight || stride < width || len(luma) < stride*(height-1)+width {
		return 0, false
	}
	var cells [clockCells]int
	for i := range cells {
		if cells[i], ok = readCell(luma, stride, width, height, i); !ok {
			return 0, false
		}
	}
	if cells[0] != 1 || cells[1] != 0 || cells[14] != 0 || cells[15] != 1 {
		return 0, false
	}
	sum := 0
	for _, bit := range cells[clockFirstBit : clockFirstBit+clockBits] {
		position = position<<1 | bit
		sum += bit
	}
	if (sum+cells[13])%2 != 0 || position >= LoopLength {
		return 0, false
	}
	return position, true
}

// readCell takes the mean of the middle half of a cell; a mean that is neither dark nor bright makes no sense.
func readCell(luma []byte, stride, width, height, cell int) (bit int, ok bool) {
	top := height - height/clockHeight
	left, right := width*(4*cell+1)/(4*clockCells), width*(4*cell+3)/(4*clockCells)
	sum, n := 0, 0
	for y := top + height/clockHeight/4; y < height-height/clockHeight/4; y++ {
		for _, sample := range luma[y*stride+left : y*stride+right] {
			sum += int(sample)
			n++
		}
	}
	switch mean := sum / n; {
	case mean < 96:
		return 0, true
	case mean > 160:
		return 1, true
	default:
		return 0, false
	}
}
