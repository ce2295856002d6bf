package media

import (
	"bytes"
	"slices"
	"sync/atomic"
)

// Normaliser makes access units fit to be sent on: it takes out NAL units that players do not need or cannot bear, keeps parameter
// sets fresh, marks random-access units, and holds everything back until the first of them. After a loss it holds video back again.
//
// It stands before the Timeline, so that the first unit the Timeline sees is the first one to be sent. SetTracks and Write are
// called by one goroutine at a time; Progress by any.
type Normaliser struct {
	next   Sink
	video  *Track
	syntax *syntax // of the video's slice headers; nil where its SPS is not known
	// open says that a random-access unit has passed in this run, so audio may follow; clean that nothing was lost since the last.
	open, clean bool
	// openGOP says that the last random-access picture may be followed by leading pictures that refer to what was never sent.
	openGOP bool

	units, pictures, damaged, noSets, noKey atomic.Uint64
}

// NewNormaliser returns a Normaliser that writes to next.
func NewNormaliser(next Sink) *Normaliser { return &Normaliser{next: next} }

// Progress counts what has come and why it was held back.
type Progress struct {
	// Units counts access units of video that came in, Pictures those that went on.
	Units, Pictures uint64
	// Damaged had no usable slice, NoParameterSets could start decoding if SPS and PPS were known, NoKeyFrame came before the first
	// random-access unit or after a loss.
	Damaged, NoParameterSets, NoKeyFrame uint64
}

// Obstacle says in an operator's words why no picture has passed; empty when one has.
func (p Progress) Obstacle() string {
	switch {
	case p.Pictures > 0:
		return ""
	case p.Units == 0:
		return "no video has come"
	case p.NoParameterSets > 0:
		return "the stream has no parameter sets (SPS/PPS)"
	case p.NoKeyFrame > 0:
		return "no key frame has come"
	default:
		return "the video data are damaged: no picture in them can be decoded"
	}
}

// Progress returns the counts since the Normaliser was made.
func (n *Normaliser) Progress() Progress {
	return Progress{
		Units: n.units.Load(), Pictures: n.pictures.Load(),
		Damaged: n.damaged.Load(), NoParameterSets: n.noSets.Load(), NoKeyFrame: n.noKey.Load(),
	}
}

// SetTracks begins a run: everything is held back until the next random-access unit.
func (n *Normaliser) SetTracks(tracks []*Track) error {
	n.open, n.clean, n.openGOP = false, false, false
	n.video, n.syntax = nil, nil
	tracks = slices.Clone(tracks)
	for i, t := range tracks {
		if t.Codec.Video() {
			bare := *t
			bare.VPS, bare.SPS, bare.PPS = nil, nil, nil
			n.video = &bare
			n.learn(t.VPS, t.SPS, t.PPS)
			tracks[i] = n.video
		}
	}
	return n.next.SetTracks(tracks)
}

// Write implements Sink.
func (n *Normaliser) Write(au *AccessUnit) error {
	if !au.Track.Codec.Video() {
		if !n.open || len(au.Units) == 0 || len(au.Units[0]) == 0 {
			au.Release()
			return nil
		}
		return n.next.Write(au)
	}
	n.units.Add(1)
	if au.Lost {
		n.clean = false
	}
	if !n.admit(au) {
		au.Release()
		return nil
	}
	n.pictures.Add(1)
	return n.next.Write(au)
}

// admit tidies a picture and tells whether it goes on.
func (n *Normaliser) admit(au *AccessUnit) bool {
	picture, leading := n.tidy(au)
	switch {
	case !picture:
		n.damaged.Add(1)
		return false
	case au.RandomAccess && !n.complete():
		n.noSets.Add(1)
		n.clean = false
		return false
	case au.RandomAccess && !n.believable(au):
		n.damaged.Add(1)
		n.clean = false
		return false
	case au.RandomAccess:
		n.openGOP = n.video.Codec == H265 && !n.clean && !startsWithIDR(au)
		n.open, n.clean = true, true
	case !n.clean:
		n.noKey.Add(1)
		return false
	case leading && n.openGOP:
		n.noKey.Add(1)
		return false
	}
	au.Track = n.video
	return true
}

// tidy takes out what is of no use, learns parameter sets and sets RandomAccess. picture tells whether a slice is left.
func (n *Normaliser) tidy(au *AccessUnit) (picture, leading bool) {
	classify := classifyH264
	if n.video.Codec == H265 {
		classify = classifyH265
	}
	vps, sps, pps := n.video.VPS, n.video.SPS, n.video.PPS
	renewed := false
	var more [][]byte
	kept := au.Units[:0]
	for _, nal := range au.Units {
		switch classify(nal) {
		case nalDrop:
			continue
		case nalSlice:
			picture = true
		case nalLeading:
			picture, leading = true, true
		case nalRandom:
			picture, au.RandomAccess = true, true
		case nalVPS:
			vps = nal
		case nalSPS:
			sps = nal
		case nalPPS:
			// Where a stream has several, the record takes the first and the others stay in the unit.
			if renewed {
				more = append(more, nal)
			} else {
				pps, renewed = nal, true
			}
		case nalKeep:
		}
		kept = append(kept, nal)
	}
	au.Units = kept
	n.learn(vps, sps, pps)
	for _, nal := range more {
		if n.syntax != nil {
			_ = n.syntax.learn(nal) // a damaged one is of no use to anybody, and is not missed before a slice names it
		}
	}
	return picture, leading
}

// learn makes a new description where a parameter set differs by bytes. A set that is damaged is not taken, and a picture parameter set
// that does not belong to a new sequence parameter set is forgotten.
func (n *Normaliser) learn(vps, sps, pps []byte) {
	v := n.video
	if bytes.Equal(vps, v.VPS) && bytes.Equal(sps, v.SPS) && bytes.Equal(pps, v.PPS) {
		return
	}
	learned := *v
	learned.VPS, learned.PPS = bytes.Clone(vps), bytes.Clone(pps)
	known := n.syntax
	if len(sps) > 0 && !bytes.Equal(sps, v.SPS) {
		learned.SPS = bytes.Clone(sps)
		fresh, err := newSyntax(&learned)
		if err != nil || describe(&learned) != nil {
			return
		}
		known = fresh
	}
	if known != nil && len(pps) > 0 && known.learn(pps) != nil {
		if known == n.syntax {
			return
		}
		learned.PPS = nil
	}
	n.video, n.syntax = &learned, known
}

// believable tells whether a random-access unit begins as the standard wants it, by its first slice.
func (n *Normaliser) believable(au *AccessUnit) bool {
	classify := classifyH264
	if n.video.Codec == H265 {
		classify = classifyH265
	}
	for _, nal := range au.Units {
		if classify(nal) == nalRandom {
			return n.syntax.startsPicture(nal)
		}
	}
	return false
}

// complete tells whether the known parameter sets suffice to decode.
func (n *Normaliser) complete() bool {
	v := n.video
	return n.syntax != nil && len(v.PPS) > 0 && (v.Codec != H265 || len(v.VPS) > 0)
}

func startsWithIDR(au *AccessUnit) bool {
	return slices.ContainsFunc(au.Units, isIDR265)
}
