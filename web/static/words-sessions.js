// The words of the list of streams.

export default {
  en: {
    sessionsTitle: 'Streams', filterText: 'Search', filterHint: 'address, channel, codec, error …', filterState: 'State', allStates: 'all',
    aliveStates: 'not ended', troubleStates: 'with trouble', sortBy: 'Sort by', sortDown: 'Reverse order', tableName: 'All streams',
    columnState: 'State', columnCamera: 'Camera', columnWay: 'Way', columnPicture: 'Picture', columnFps: 'Frames/s', columnRate: 'Bit rate',
    columnAge: 'Last frame', columnDropped: 'Dropped', columnReconnects: 'Reconnects', columnClients: 'Clients', columnError: 'Last error',
    columnWhy: 'Help', whyOf: 'Why is it black? {camera}', keyFrame: 'key frame {time}',
    noStreams: 'No stream yet. A stream appears here as soon as a page asks for one.', noMatch: 'No stream matches the filter.',
    countAll: '{count} in all', countSome: '{shown} of {count}', notFresh: 'These numbers are old: {error}', frozen: 'stands still', held: 'paused',
    noMore: '{message} (code {code})',
  },
  zh: {
    sessionsTitle: '视频流', filterText: '搜索', filterHint: '地址、通道、编码、错误…', filterState: '状态', allStates: '全部',
    aliveStates: '未结束', troubleStates: '有故障', sortBy: '排序', sortDown: '反向排序', tableName: '全部视频流',
    columnState: '状态', columnCamera: '摄像机', columnWay: '接入方式', columnPicture: '画面', columnFps: '帧率', columnRate: '码率',
    columnAge: '最近一帧', columnDropped: '丢帧', columnReconnects: '重连次数', columnClients: '使用者', columnError: '最近的错误',
    columnWhy: '诊断', whyOf: '为什么黑屏？{camera}', keyFrame: '关键帧 {time}',
    noStreams: '还没有视频流。有页面请求画面时，会立即显示在这里。', noMatch: '没有符合条件的视频流。',
    countAll: '共 {count} 路', countSome: '显示 {shown} 路，共 {count} 路', notFresh: '以下数据不是最新的：{error}', frozen: '画面静止', held: '已暂停',
    noMore: '{message}（代码 {code}）',
  },
};
