package first

const callExecveat = 322
