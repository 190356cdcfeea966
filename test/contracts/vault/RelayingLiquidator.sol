// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {Attestations, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {TakeOver} from "../../../contracts/types/VaultTypes.sol";

/// @title Delivers parameters and attacks a position in the same transaction
contract RelayingLiquidator {
    IOptionVault private immutable _VAULT;
    IRiskOracle private immutable _RISK;
    IERC20 private immutable _TOKEN;

    constructor(IOptionVault vault, IRiskOracle risk, IERC20 token) {
        (_VAULT, _RISK, _TOKEN) = (vault, risk, token);
        token.approve(address(vault), type(uint256).max);
    }

    function pushAndStrike(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        uint256 id
    ) external returns (bytes memory outcomes) {
        outcomes = _RISK.submitReport(report, attestations, entries, "");
        strike(id);
    }

    function proveAndStrike(
        RootHeader calldata header,
        bytes calldata entries,
        bytes32[][] calldata proofs,
        uint256 id
    ) external returns (bytes memory outcomes) {
        outcomes = _RISK.applyProofs(header, entries, proofs);
        strike(id);
    }

    /// @notice Flags, liquidates by either route and claims, as far as the vault lets it.
    function strike(uint256 id) public {
        uint128 sizeE8 = _VAULT.describePosition(id).sizeE8;
        try _VAULT.flag(id) {} catch {}
        try _VAULT.liquidate(id, sizeE8, 0, "") {} catch {}
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, sizeE8, type(uint128).max);
        try _VAULT.takeOver(order) {} catch {}
        if (_VAULT.claimable(address(_TOKEN), address(this)) != 0) _VAULT.claim(address(_TOKEN), address(this));
    }
}
