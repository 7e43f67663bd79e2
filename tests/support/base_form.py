"""The smallest form that has everything, and how a test changes its definition."""

from __future__ import annotations

import re

import yaml

BASE = """
form: mini
revision: "2022"
first_year: 2022
title: 小表
year_line: （{year}年度）
file_name: 自评表
finalized_name: 定稿
style: {font: 宋体, heading_font: 黑体, size: 11}
parameters: {low_rate: 0.9}
sheets:
  - key: guide
    title: 填报说明
    widths: [6, 26, 30, 44]
    sections: [{guide: true}]
  - key: cover
    title: 基本信息
    heading: 小表
    widths: [24, 26, 24]
    sections:
      - fields: identity
        path: ""
        items: [{key: fiscal_year, label: 年度, type: year, given: true, required: true}]
      - fields: cover
        items:
          - {key: unit, label: 单位, type: text, required: true, max_length: 100}
          - {key: staff, label: 人数, type: count, minimum: 0}
      - lines: [负责人（签字）：]
  - key: budget
    title: 预算
    widths: [34, 18, 18, 14]
    sections:
      - table: budget
        label: 预算
        row_name: name
        blocks:
          - key: total
            path: budget.total
            constants: {name: 合计}
            formulas: {planned: "ROUND(SUM(items.planned), 6)", spent: "ROUND(SUM(items.spent), 6)"}
          - {key: items, path: budget.items, spare: 5, require: [name, spent]}
        columns:
          - {key: name, label: 项目, type: text, max_length: 100}
          - {key: planned, label: 预算数, type: money, minimum: 0}
          - {key: spent, label: 支出数, type: money, minimum: 0}
          - {key: rate, label: 执行率, type: ratio, formula: 'IF(planned = 0, "", ROUND(spent / planned, 4))'}
  - key: indicators
    title: 自评表
    widths: [9, 30, 8, 8, 12, 12, 10]
    sections:
      - table: indicators
        label: 指标
        row_name: name
        blocks:
          - key: process
            path: indicators
            constants: {category: 过程}
            rows:
              - {key: coverage, name: 覆盖率, kind: 定量, operator: "=", target: 100, formulas: {actual: base.coverage.ratio}}
              - {key: rules, name: 制度健全性, kind: 定性, target: 健全}
          - {key: benefits, path: indicators, constants: {category: 效益}, spare: 3}
        columns:
          - {key: category, label: 类别, type: text, given: true}
          - {key: name, label: 名称, type: text, required: true}
          - {key: kind, label: 性质, type: choice, choices: [定量, 定性], required: true}
          - {key: operator, label: 比较符, type: choice, choices: ["=", ">="], required: 'T(kind) = "定量"', spellings: operators}
          - {key: target, label: 目标值, type: value, number_when: 'T(kind) = "定量"', required: true}
          - {key: actual, label: 完成值, type: value, number_when: 'T(kind) = "定量"', required: true}
          - {key: applies, label: 不适用, type: choice, choices: [不适用], only: [process]}
  - key: base
    title: 基础数据
    widths: [28, 16, 16, 14]
    sections:
      - table: base
        label: 推算
        row_name: indicator
        blocks: [{key: base, keyed: true, rows: [{key: coverage, indicator: 覆盖率}]}]
        columns:
          - {key: indicator, label: 指标, type: label}
          - {key: part, label: 分子, type: money}
          - {key: whole, label: 分母, type: money}
          - {key: ratio, label: 推算值, type: percentage, formula: 'IF(whole = 0, "", ROUND(part / whole * 100, 2))'}
  - key: checks
    title: 校验
    widths: [10, 40, 10, 12, 12, 10, 60]
    sections:
      - checks: true
        columns:
          - {key: code, label: 编号, type: label}
          - {key: title, label: 校验项, type: label}
          - {key: severity, label: 类别, type: label}
          - {key: state, label: 结果, type: text, formula: ""}
          - {key: count, label: 处数, type: count, formula: ""}
          - {key: link, label: 定位, type: link}
          - {key: explanation, label: 说明, type: text, max_length: 2000}
rules:
  - {code: XL201, builtin: missing, title: 必填项齐全, why: 必填, severity: error}
  - code: AB101
    title: 支出不超过预算
    why: 不成立
    severity: error
    table: budget
    blocks: [items]
    test: spent <= planned
    cells: [spent]
    found: "{name}：{spent}"
    expected: 支出数不大于预算数
    fix: 核对
  - code: AB201
    title: 指标有完成值
    why: 提醒
    severity: warning
    table: indicators
    except: [coverage]
    test: actual <> ""
    cells: [actual]
    found: "{name}"
    expected: 填写
    fix: 填写
spellings: {operators: {"=": [等于], ">=": [≥, 不少于]}}
guide: [只填黄色单元格。]
words:
  {unit: 单位, fiscal_year: 年度, identity: 标识, submission: 原表, finalized_on: 定稿, missing: 未填, missing_unit: 个,
   legend: 颜色, legend_input: 填写, legend_computed: 计算, legend_required: 必填, legend_error: 改正, legend_warning: 核对, legend_locked: 固定,
   how: 怎样填写, asks: 要求, error: 错误, warning: 提醒, info: 提示, go: 查看, passed: 通过, failed: 不通过, waiting: 待填,
   after: 收表后审核, input_error: 请检查, choose: 请选择。, number_error: 请填数字。, length_error: 过长。,
   date_error: 请填日期。, footer: 第 &P 页, end: 完}
"""
ABSENT = object()
BUDGET, INDICATORS = "sheets[2].sections[0]", "sheets[3].sections[0]"
PRESET, OPERATOR, TARGET = f"{INDICATORS}.blocks[0].rows[1]", f"{INDICATORS}.columns[3]", f"{INDICATORS}.columns[4]"


def base_form() -> dict:
    return yaml.safe_load(BASE)


def put(definition: dict, place: str, value: object) -> None:
    """Set, append (at the length of a list) or take away what stands at that place."""
    *way, last = [int(part) if part.isdecimal() else part for part in re.findall(r"\w+|(?<=\.)[^.\[]+", place)]
    for part in way:
        definition = definition[part]
    if value is ABSENT:
        del definition[last]
    elif isinstance(definition, list) and last == len(definition):
        definition.append(value)
    else:
        definition[last] = value
