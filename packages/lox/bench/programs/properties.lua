local SIZE = 8000000
local function Leaf(n)
  return { aardvark = n, baboon = n + 1, cat = n + 2, donkey = n + 3, elephant = n + 4, fox = n + 5 }
end
local function House(n)
  return { left = Leaf(n), right = Leaf(n + 10) }
end
local Zoo = {}
Zoo.__index = Zoo
function Zoo.new()
  return setmetatable({ first = House(1), second = House(100), total = 0 }, Zoo)
end
function Zoo:feed()
  self.total = self.total + self.first.left.aardvark + self.first.right.baboon + self.second.left.cat
  self.second.right.donkey = self.first.left.elephant + 1
  self.first.left.elephant = self.second.right.fox - self.second.right.donkey
  return self.first.left.elephant
end
local zoo = Zoo.new()
local sum = 0
for i = 0, SIZE - 1 do
  sum = sum + zoo:feed()
end
print(sum + zoo.total)
