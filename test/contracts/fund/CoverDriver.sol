// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";

/// @title Calls a fund in the vault's place, with any numbers; what it owes the fund it keeps as the vault does
contract CoverDriver {
    IERC20 private immutable _TOKEN;
    IInsuranceFund private _fund;
    uint256 public credit;

    constructor(IERC20 token) {
        _TOKEN = token;
    }

    function setFund(IInsuranceFund fund) external {
        _fund = fund;
    }

    function suspendFor(uint256 seriesId) external {
        _fund.suspendFor(seriesId);
    }

    function reserve(uint256 seriesId, uint256 amount) external {
        _fund.reserve(seriesId, amount);
    }

    function cover(uint256 seriesId, uint256 shortfall) external returns (uint256 paid) {
        uint256 owedBack;
        (paid, owedBack) = _fund.coverSeries(seriesId, shortfall);
        credit += owedBack;
    }

    function addFees(uint256 amount) external {
        credit += amount;
    }

    function claim(address, address to) external returns (uint256 amount) {
        (amount, credit) = (credit, 0);
        _TOKEN.transfer(to, amount);
    }
}
