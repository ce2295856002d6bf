package mediaserver

// class is what a message means to a player that joins.
type class uint8

const (
	classOther       class = iota // data that is not kept
	classMetadata                 // onMetaData
	classVideoHeader              // decoder configuration record
	classAudioHeader              // AudioSpecificConfig
	classKeyFrame
	classInterFrame
	classAudio
)

// Numbers of the FLV tag headers: Adobe FLV 10.1 annex E.4.2 and E.4.3, and enhanced RTMP v1 and v2. Codec id 12 for H.265 is a custom
// of Chinese CDNs that every player for them knows.
const (
	codecAVC         = 7
	codecHEVCLegacy  = 12
	soundAAC         = 10
	soundEnhanced    = 9
	frameKey         = 1
	enhancedVideoBit = 0x80
	sequenceStart    = 0
	avcNALUs         = 1
	enhancedFrames   = 1 // CodedFrames
	enhancedFramesX  = 3 // CodedFramesX
)

func classify(typeID byte, body []byte) class {
	switch {
	case len(body) == 0:
		return classOther
	case typeID == typeVideo:
		return classifyVideo(body)
	case typeID == typeAudio:
		return classifyAudio(body)
	}
	return classOther
}

func classifyVideo(body []byte) class {
	frameType := body[0] >> 4 & 0x07
	var header, coded bool
	switch codec := body[0] & 0x0F; {
	case body[0]&enhancedVideoBit != 0:
		header = codec == sequenceStart
		coded = codec == enhancedFrames || codec == enhancedFramesX
	case codec == codecAVC || codec == codecHEVCLegacy:
		if len(body) < 2 {
			return classOther
		}
		header, coded = body[1] == sequenceStart, body[1] == avcNALUs
	default: // older codecs have no header
		coded = true
	}
	switch {
	case header:
		return classVideoHeader
	case coded && frameType == frameKey:
		return classKeyFrame
	}
	return classInterFrame
}

func classifyAudio(body []byte) class {
	switch body[0] >> 4 {
	case soundAAC:
		if len(body) > 1 && body[1] == sequenceStart {
			return classAudioHeader
		}
	case soundEnhanced:
		if body[0]&0x0F == sequenceStart {
			return classAudioHeader
		}
	}
	return classAudio
}
