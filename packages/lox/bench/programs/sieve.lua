local SIZE = 50000
local function numbers(limit)
  local head = nil
  for n = limit, 2, -1 do
    head = { value = n, next = head }
  end
  return head
end
local function isMultiple(n, factor)
  while n > factor * 16 do n = n - factor * 16 end
  while n > 0 do n = n - factor end
  return n == 0
end
local function strike(head, factor)
  local before = head
  while before.next ~= nil do
    if isMultiple(before.next.value, factor) then
      before.next = before.next.next
    else
      before = before.next
    end
  end
end
local node = numbers(SIZE)
local count = 0
local sum = 0
while node ~= nil do
  if node.value * node.value <= SIZE then strike(node, node.value) end
  count = count + 1
  sum = sum + node.value
  node = node.next
end
print(sum + count)
