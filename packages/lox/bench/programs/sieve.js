const SIZE = 50000;
class Node {
  constructor(value, next) {
    this.value = value;
    this.next = next;
  }
}
function numbers(limit) {
  let head = null;
  for (let n = limit; n > 1; n--) head = new Node(n, head);
  return head;
}
function isMultiple(n, factor) {
  while (n > factor * 16) n -= factor * 16;
  while (n > 0) n -= factor;
  return n === 0;
}
function strike(head, factor) {
  let before = head;
  while (before.next !== null) {
    if (isMultiple(before.next.value, factor)) before.next = before.next.next;
    else before = before.next;
  }
}
let count = 0;
let sum = 0;
for (let node = numbers(SIZE); node !== null; node = node.next) {
  if (node.value * node.value <= SIZE) strike(node, node.value);
  count++;
  sum += node.value;
}
console.log(sum + count);
