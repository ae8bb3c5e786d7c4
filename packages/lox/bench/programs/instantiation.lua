local SIZE = 5000000
local Point = {}
Point.__index = Point
function Point.new(x, y, z)
  return setmetatable({ x = x, y = y, z = z }, Point)
end
local Empty = {}
Empty.__index = Empty
function Empty.new()
  return setmetatable({}, Empty)
end
local kept = nil
local sum = 0
for i = 0, SIZE - 1 do
  local point = Point.new(i, 1, 2)
  Empty.new()
  sum = sum + point.y
  kept = point
end
print(sum + kept.x)
