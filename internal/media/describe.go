package media

import (
	"fmt"

	"github.com/bluenviron/mediacommon/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/pkg/codecs/h265"
)

// maxReorderDepth is the most that either standard allows (H.264 section A.3.1, H.265 section A.4.2: sixteen stored pictures).
const maxReorderDepth = 16

// profileBaseline has neither B slices nor reordering (H.264 section A.2.1).
const profileBaseline = 66

// describe fills in what the SPS tells of a track. It fails where the SPS cannot be read.
func describe(t *Track) error {
	if t.Codec == H265 {
		return describeH265(t)
	}
	return describeH264(t)
}

func describeH264(t *Track) error {
	var sps h264.SPS
	if err := sps.Unmarshal(t.SPS); err != nil {
		return fmt.Errorf("H.264 SPS: %w", err)
	}
	t.Width, t.Height, t.FrameRate = sps.Width(), sps.Height(), saneRate(sps.FPS())
	t.ReorderDepth = 0
	if sps.VUI != nil && sps.VUI.BitstreamRestriction != nil && sps.PicOrderCntType != 2 && sps.ProfileIdc != profileBaseline {
		t.ReorderDepth = int(min(sps.VUI.BitstreamRestriction.MaxNumReorderFrames, maxReorderDepth))
	}
	return saneSize(t)
}

func describeH265(t *Track) error {
	var sps h265.SPS
	if err := sps.Unmarshal(t.SPS); err != nil {
		return fmt.Errorf("H.265 SPS: %w", err)
	}
	t.Width, t.Height, t.FrameRate = sps.Width(), sps.Height(), saneRate(sps.FPS())
	t.ReorderDepth = 0
	if n := len(sps.MaxNumReorderPics); n > 0 {
		t.ReorderDepth = int(min(sps.MaxNumReorderPics[n-1], maxReorderDepth))
	}
	return saneSize(t)
}

func saneSize(t *Track) error {
	if t.Width <= 0 || t.Height <= 0 || t.Width > 16384 || t.Height > 16384 {
		return fmt.Errorf("%s SPS: impossible size %dx%d", t.Codec, t.Width, t.Height)
	}
	return nil
}

// saneRate keeps a frame rate that a camera can have; recorders write nonsense into the VUI.
func saneRate(fps float64) float64 {
	if fps >= 0.1 && fps <= 240 {
		return fps
	}
	return 0
}
