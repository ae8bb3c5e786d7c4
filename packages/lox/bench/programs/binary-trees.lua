local SIZE = 17
local Tree = {}
Tree.__index = Tree
function Tree.new(depth)
  local self = setmetatable({}, Tree)
  if depth > 0 then
    self.left = Tree.new(depth - 1)
    self.right = Tree.new(depth - 1)
  end
  return self
end
function Tree:check()
  if self.left == nil then return 1 end
  return 1 + self.left:check() + self.right:check()
end
local lasting = Tree.new(SIZE)
local total = 0
local rounds = 1
for depth = SIZE, 4, -2 do
  for i = 0, rounds - 1 do
    total = total + Tree.new(depth):check()
  end
  rounds = rounds * 4
end
print(total + lasting:check())
