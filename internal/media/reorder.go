package media

import "slices"

// reorderWindow derives DTS from PTS, without looking ahead and whatever the codec: with at most depth pictures out of order, the
// smallest of the last depth+1 presentation times has its turn in decoding order now.
type reorderWindow struct {
	depth  int
	filled bool
	pts    [maxReorderDepth + 1]int64 // the depth+1 newest, rising
}

// setDepth takes the depth that the SPS tells. A smaller one than was seen in the stream is not believed.
func (w *reorderWindow) setDepth(depth int) {
	if depth > w.depth {
		w.depth, w.filled = depth, false
	}
}

// reset forgets the presentation times: what comes next does not continue them.
func (w *reorderWindow) reset() { w.filled = false }

// dts returns the decoding time of the picture with this presentation time, at most pts. frame is a frame's duration. The
// result may still have to be raised where the depth turned out too small.
func (w *reorderWindow) dts(pts, frame int64) int64 {
	window := w.pts[:w.depth+1]
	if !w.filled {
		for i := range window {
			window[i] = pts - int64(w.depth-i)*frame
		}
		w.filled = true
		return window[0]
	}
	if pts < window[0] && w.depth < maxReorderDepth {
		// More reordering than the SPS told of.
		w.depth++
		window = w.pts[:w.depth+1]
		copy(window[1:], w.pts[:w.depth])
		window[0] = pts
		return pts
	}
	window[0] = pts
	slices.Sort(window)
	return window[0]
}
