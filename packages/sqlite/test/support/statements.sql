alter table t drop constraint x
alter table t alter column a set not null
alter table t alter column a drop not null
alter table t add constraint c check(a>0)
alter table t add check(a>0)
alter table t rename to v
alter table t rename a to z
alter table t rename column a to z
alter table t add z int default 5 not null
alter table t drop column a
create table if not exists t(a, b int)
create table 'x'(a)
create temp table x(a,b,primary key(a, b desc) unique(b))
create table x(a int check (1) not null on conflict fail, b text unique on conflict replace, foreign key (a) references t(b) on delete cascade on update set null match foo not deferrable initially deferred)
create table x(a constraint foo, constraint bar primary key (a autoincrement) on conflict ignore)
create table x(a int) without rowid, strict
create table x(a integer primary key desc autoincrement, b generated always as (a+1) stored, c int as (a*2) virtual)
create table x(a default -1, b default (1+2), c default foo, d default +5, e default null, f default current_timestamp, g default true)
create table x(a int(1,2), b varchar ( 10 ), c double precision collate nocase references t on delete no action deferrable initially immediate)
create table x as select * from t
replace into t values (1,2,3)
insert or ignore into t as z(a,b) values(1,2),(3,4) on conflict do nothing
insert into t values(1,2,3) on conflict(a collate nocase desc) where b>1 do update set b=1, (a,c)=(1,2) where 2 on conflict do nothing returning *, a+1 as x, b y
insert into t select * from u where true on conflict do nothing
insert into main.t default values returning a
select 1 where 1 union select 2 order by 1 limit 1
select distinct t.*, * , t.a as 'x y', b "q", [c] from t, u as v join t w on t.a=v.a left outer join u x using (a,b) natural join u
select all a isnull, b notnull, c not null, a is null, a is not b, a is not distinct from b, a is distinct from c from t
select a between 1 and 2 and 3, a not between 1+1 and b or c, a in (1,2,3), a not in (select 1), a in t, a in main.t, a in () from t
select a like 'x' escape 'y', a not like 'x', a glob 'b' , a match 'c', a regexp b || c from t
select -a + ~b * +c / 2 % 3 << 1 >> 2 & 3 | 4 = 5 == 6 <> 7 != 8 < 9 <= 10 > 11 >= 12 and 13 or not 14 from t
select a -> '$.x' ->> 'y' || 'z' collate nocase from t
select case a when 1 then 2 when 3 then 4 else 5 end, case when a then b end, cast(a as int), cast(b as varchar(10)), cast (c as double precision) from t
select count(*), count(distinct a), max(a, b), group_concat(a, ',' order by b desc nulls last), sum(a) filter (where b > 1) from t group by a, b having count(*) > 1
select exists(select 1), not exists (select 2), (select 3), (values(4)), (1,2)=(3,4), (with x as (select 1) select * from x)
select sum(a) over (partition by b, c order by a desc rows between 1 preceding and unbounded following exclude ties), row_number() over w from t window w as (order by b), v as (w)
select rank() over (order by a range between unbounded preceding and current row exclude current row), first_value(b) over (groups 2 preceding exclude no others) from t
select * from (select a from t) as s, (t join u on 1), main.t indexed by i, u not indexed where a > 1 limit 1, 2
select * from t cross join u full outer join t as z on 1 right join u y using (a) inner join t q
with recursive c(n, m) as (values(1, 2) union all select n+1, m from c where n < 10), d as not materialized (select 1), e as materialized (select 2) select * from c, d, e order by n desc nulls first, m limit 5 offset 2
with x as (select 1) delete from t where a in x returning *
with x as (select 1) insert into t(a) select * from x
update or rollback main.t as z indexed by i set a=1, (b,c)=(select 1,2) from u, x where z.a=u.a returning a, b
update t set a = a + 1, b = null where c is not null
delete from t as z not indexed where a = ?1 or b = :name or c = @x or a = $y::z(1)
create trigger tr after update of a,b on t for each row when new.a > old.a begin select 1; update or ignore t set a=1, (b,c)=(1,2) from u where 1; insert into t values(1,2,3) on conflict do nothing; delete from t where a=1; end
create temp trigger if not exists tr instead of insert on v begin insert or fail into t(a) select raise(abort, 'no'), raise(ignore); end
create trigger main.tr before delete on t begin with x as (select 1) select * from x; values(1),(2); end
create view if not exists v(a,b) as select 1,2 union all select 3,4
create virtual table if not exists v using foo(a b, c(d,e), 'x', "y")
create virtual table v using foo
create unique index if not exists main.i on t(a collate nocase desc, b+1, lower(c) asc) where a>0 and b is not null
drop table if exists main.x
drop index i
drop view v
drop trigger if exists tr
reindex
reindex main.t
analyze main
attach database 'x' as y key 'z'
detach y
begin immediate transaction foo
begin deferred
commit transaction
end
rollback transaction to savepoint x
savepoint x
release savepoint x
vacuum main into 'x'
pragma main.x = 'a b'
pragma x(-1.5)
pragma x = on
pragma x = delete
pragma foo
explain query plan select 1
explain insert into t values(1,2,3)
values(1,2),(3,4)
values(1) union all select 2 intersect select 3 except select 4
select 0x1F, 1_000, 1.5e-3, .5, 5., x'ab', 'it''s', "t".a, `b`, [c], null, true, false, current_date, current_time, current_timestamp from t
select end, key, left, replace(a,b,c), like(a,b), match, indexed, over, filter, window, rows, first, plan, no, of, temp from t
select a from t where a = 1 -- comment
select /* c */ a /**/ from t;
