package mpegps

const (
	adtsHeader = 7 // bytes, without the CRC
	adtsCRC    = 2
	aacSamples = 1024
)

// aacRates are the values of sampling_frequency_index (ISO/IEC 14496-3 table 1.18).
var aacRates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350, 0, 0, 0}

// adtsFrame is what is used of an ADTS header (ISO/IEC 14496-3 section 1.A.2).
type adtsFrame struct {
	header, size int // bytes; size includes the header
	object       byte
	rateIndex    byte
	channels     byte
	blocks       int
}

// parseADTS reads the header at the start of b. It is false where there is none.
func parseADTS(b []byte) (f adtsFrame, ok bool) {
	if len(b) < adtsHeader || !adtsSync(b) {
		return f, false
	}
	f = adtsFrame{
		header: adtsHeader, size: int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5),
		object: b[2]>>6 + 1, rateIndex: b[2] >> 2 & 0xF, channels: b[2]&1<<2 | b[3]>>6, blocks: int(b[6]&3) + 1,
	}
	if b[1]&1 == 0 {
		f.header += adtsCRC
	}
	return f, f.size > f.header && aacRates[f.rateIndex] != 0
}

// adtsSync tells whether b begins with the fixed bits of an ADTS header, as far as b goes.
func adtsSync(b []byte) bool {
	return len(b) == 0 || b[0] == 0xFF && (len(b) == 1 || b[1]&0xF6 == 0xF0)
}

// config is the AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1).
func (f adtsFrame) config() []byte {
	return []byte{f.object<<3 | f.rateIndex>>1, f.rateIndex<<7 | f.channels<<3}
}

// channelCount is the number of channels of a channel configuration (ISO/IEC 14496-3 table 1.19); 0 where the data say it.
func (f adtsFrame) channelCount() int {
	if f.channels == 7 {
		return 8
	}
	return int(f.channels)
}
