package first

const callExecveat = 281
